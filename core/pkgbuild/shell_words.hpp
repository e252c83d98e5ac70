#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/pkgbuild/shell_scanner.hpp"

namespace pkgkiln::pacman {

/// A variable of a script, as far as reading tells.
struct ShellVariable {
  bool known = true;
  bool is_array = false;
  std::vector<std::string> words;  // of one that is no array: one
};

/// Expands words as bash does (bash(1), "Expansion"), as far as that needs no command and no file:
/// quotes, braces, known variables, and the usual forms of "${name…}". Anything else makes a word
/// unknown. What may change a variable throws Unclear, and so does more work than any honest script
/// needs.
class ShellWords {
 public:
  using Variables = std::map<std::string, ShellVariable, std::less<>>;

  /// The variables outlive this.
  explicit ShellWords(const Variables& variables) : variables_(variables) {}

  /// The value after "name=".
  std::optional<std::string> scalar(std::string_view word);
  /// The values of an array's words.
  std::optional<std::vector<std::string>> list(const std::vector<std::string_view>& words);
  /// Whether a text matches a pattern, as in "[[ text == pattern ]]".
  std::optional<bool> matches(const std::string& text, std::string_view pattern_word);
  /// What a variable holds; nothing when that is unknown. One that was never set is, unless it may
  /// come from makepkg or the environment.
  const std::vector<std::string>* known(std::string_view name) const;

 private:
  static constexpr std::size_t kLongestWord = std::size_t{64} << 10U;

  /// A piece of a word after its expansion.
  struct Text {
    std::string text;
    std::vector<bool> active;  // of each character: whether it may be a wildcard of a pattern
    bool quoted = false;       // anything was, so it is a word even when it is empty
  };

  bool expand(std::string_view word, bool splits, Text& result);
  bool expand_double_quoted(std::string_view inner, Text& result);
  bool expand_dollar(ShellScanner& scanner, bool quoted, bool splits, Text& result);
  bool add_value(const std::string& value, bool quoted, bool splits, Text& result);
  std::optional<std::vector<std::string>> elements(std::string_view word);
  std::optional<std::vector<std::string>> parameter(std::string_view inner, bool& all);
  std::optional<std::string> operate(std::string value, bool is_set, std::string_view operation);
  std::optional<std::string> cut(const std::string& value, std::string_view operation);
  std::optional<std::string> replace(const std::string& value, std::string_view operation);
  std::optional<Text> pattern(std::string_view word);
  bool matches(const Text& pattern, std::string_view text);
  void braces(std::string_view word, std::vector<std::string>& result);
  void work(std::size_t steps);

  const Variables& variables_;
  std::size_t work_left_ = std::size_t{1} << 24U;
};

/// Finds one of `characters` that isn't quoted, from `at` on.
std::size_t find_unquoted(std::string_view text, std::string_view characters, std::size_t at);

/// Of an array's element. Zero where there is none; nothing where it is computed.
std::optional<std::size_t> index_in(std::string_view text);

}  // namespace pkgkiln::pacman
