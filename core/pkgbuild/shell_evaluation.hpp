#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/pkgbuild/shell_parser.hpp"
#include "core/pkgbuild/shell_words.hpp"

namespace pkgkiln::pacman {

/// What the variables of a script are after its commands, as far as that can be told without
/// running anything: assignments, conditions on what is known, lists of them. What may have been
/// set is unknown. Throws Unclear at what could set anything.
class ShellEvaluation {
 public:
  explicit ShellEvaluation(ShellWords::Variables variables) : variables_(std::move(variables)) {}

  /// The commands outlive this.
  void run(const std::vector<ShellCommand>& commands);

  const ShellWords::Variables& variables() const { return variables_; }
  /// By name; nothing for one that may be another, or none.
  const std::map<std::string, const ShellCommand*, std::less<>>& functions() const {
    return functions_;
  }

  /// The total size of values that any honest script stays below.
  static constexpr std::size_t kMostBytes = std::size_t{1} << 24U;

 private:
  /// Whether it succeeded, where that can be told.
  using Status = std::optional<bool>;

  Status run(const ShellCommand& command);
  Status run_list(const std::vector<ShellCommand>& commands);
  Status run_simple(const ShellCommand& command);
  Status run_builtin(const std::string& name, const ShellCommand& command);
  Status run_branch(const ShellCommand& command);
  Status run_choice(const ShellCommand& command);
  Status run_pair(const ShellCommand& command);
  void run_each(const ShellCommand& command);
  Status call(const ShellCommand& function, const ShellCommand& command);
  void assign_default(std::string_view word);
  void declare(const ShellCommand& command);
  void unset(const ShellCommand& command);
  void assign(const ShellAssignment& assignment);
  ShellVariable& variable(std::string_view name);
  Status bracket(const ShellCommand& command);
  Status test(const std::vector<std::string_view>& words, std::size_t& at, int least);
  Status primary(const std::vector<std::string_view>& words, std::size_t& at);

  ShellWords::Variables variables_;
  std::map<std::string, const ShellCommand*, std::less<>> functions_;
  ShellWords shell_{variables_};
  static constexpr int kDeepestCalls = 20;
  int calls_ = 0;
  int unsure_ = 0;  // above 0: it may not come to this
  std::size_t steps_left_ = 100'000;
};

/// Sets it, or appends to it. Throws Unclear when it gets too large.
void set_array(ShellVariable& variable, bool appends,
               const std::optional<std::vector<std::string>>& words);

/// Nothing for a text that is anything else.
std::optional<long> whole_number(std::string_view text);

}  // namespace pkgkiln::pacman
