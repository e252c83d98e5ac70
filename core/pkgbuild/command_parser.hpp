#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/pkgbuild/shell_parser.hpp"
#include "core/pkgbuild/shell_reader.hpp"

namespace pkgkiln::pacman {

/// The grammar behind parse_shell().
class CommandParser : public ShellReader {
 public:
  using ShellReader::ShellReader;

  /// Up to a word or ")" that ends it, which is not taken.
  ShellCommand list();
  /// All of the text.
  ShellCommand script(bool top_level);

 private:
  using Kind = ShellCommand::Kind;

  ShellCommand begin(Kind kind);
  ShellCommand finish(ShellCommand command) const;
  bool at_end_of_list();
  /// What stands between two commands.
  void separator(ShellCommand& command);
  static void enclose(ShellCommand& command);
  ShellCommand and_or();
  ShellCommand pipeline();
  void pipe();
  ShellCommand any_command();
  /// Nothing where a simple command or a function begins.
  std::optional<ShellCommand> compound();
  ShellCommand parentheses();
  ShellCommand braces();
  ShellCommand branch();
  ShellCommand loop();
  void body(ShellCommand& command);
  ShellCommand each();
  ShellCommand choice();
  ShellCommand test();
  /// Up to a blank outside of parentheses.
  std::string_view regular_expression();
  ShellCommand simple();
  void assignment(ShellCommand& command, std::string_view found, std::size_t size);
  /// Where its '=' is.
  static std::size_t value_of(std::string_view found, std::size_t size,
                              ShellAssignment& assignment);
  void array(ShellCommand& command, std::string_view found, std::size_t size, bool argument);
  void parentheses_of_function();
  ShellCommand function(ShellCommand command, std::string_view name);
  /// "shopt -s extglob" is common, and can be followed. What else changes how the rest is read
  /// can't.
  void read_otherwise(const std::vector<std::string_view>& words);
  std::size_t count_ = 0;
  bool top_level_ = false;
};

}  // namespace pkgkiln::pacman
