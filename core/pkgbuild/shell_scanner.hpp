#pragma once

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pkgkiln::pacman {

/// Thrown if a shell script can't be understood without running it, or is written in a very unusual
/// way. No Error: nothing is wrong with the script.
struct Unclear {};

/// Finds the ends of the words of a bash script (bash(1), "Quoting", "Expansion"). Nothing is run.
/// Every call either moves behind what it names, or throws Unclear. The text outlives this.
class ShellScanner {
 public:
  explicit ShellScanner(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }
  std::size_t place() const { return at_; }
  std::string_view from(std::size_t begin) const { return text_.substr(begin, at_ - begin); }
  /// The next character; a zero at the end.
  char next(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  std::string_view rest() const { return text_.substr(std::min(at_, text_.size())); }
  void skip(std::size_t count) { at_ += count; }
  void go_to(std::size_t place) { at_ = place; }

  /// Blanks and continued lines.
  void skip_blanks();
  /// Up to the end of the line.
  void skip_comment();

  enum class At {
    command,  // where "name[…]=" is an assignment
    argument,
    pattern,  // of "[[", where "@(a|b)" is one word
  };
  /// A word as it is written; may be empty. Of "name=(…)" it is what precedes the parenthesis.
  std::string_view word(At at = At::argument);
  /// The words of "(…)" as they are written, without comments.
  std::vector<std::string_view> array();
  /// Skips what is quoted or escaped, or begins with '$'.
  void skip_quoted();
  /// "((…))".
  void skip_arithmetic();
  /// At the parenthesis of "$(…)", "<(…)".
  void skip_substitution();

  /// Whether "@(a|b)" is one word everywhere: shopt -s extglob.
  bool extended_patterns = false;

 private:
  friend class Deeper;

  void skip_past(char quote);
  void skip_double_quotes();
  void skip_parameter(bool in_quotes);
  void skip_dollar(bool in_quotes);
  bool skip_if_arithmetic();
  void skip_balanced(char opening, char closing);

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int readings_left_ = 10;
};

/// Counts how deep constructs lie in each other: a text may be made to exhaust the stack.
class Deeper {
 public:
  explicit Deeper(ShellScanner& scanner) : depth_(scanner.depth_) {
    if (++depth_ > kDeepest) throw Unclear{};
  }
  ~Deeper() { --depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  static constexpr int kDeepest = 200;
  int& depth_;
};

/// The name of a variable that the text begins with; empty: none.
std::string_view name_at_start(std::string_view text);

/// Everything in a text that may be the name of a variable.
std::set<std::string> names_in(std::string_view text);

/// "name=", "name+=", "name[…]=": how long the name is, 0 where the word is none.
std::size_t assigned_name(std::string_view word);

}  // namespace pkgkiln::pacman
