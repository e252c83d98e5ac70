#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pkgkiln::pacman {

/// Thrown if a shell script can't be understood without running it, or is written in a very unusual
/// way. No Error: nothing is wrong with the script.
struct Unclear {};

/// Scans a bash script by its grammar (bash(1)): finds the ends of words, arrays and function
/// bodies, and understands quotes, expansions, comments and here-documents. Nothing is run. Every
/// call either moves behind what it names, or throws Unclear. The text outlives this.
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

  /// Blanks and continued lines.
  void skip_blanks();
  /// Also line ends and comments.
  void skip_space();
  void skip_comment();

  /// A word as it is written; may be empty. Of "name=(…)" it is what precedes the parenthesis.
  std::string_view word();
  /// The words of "(…)" as they are written.
  std::vector<std::string_view> array();
  /// Skips what is quoted or escaped, or begins with '$'.
  void skip_quoted();

  /// An assignment to an array at the beginning of a command in a function.
  struct Assignment {
    std::string_view name;
    bool appends = false;
    std::vector<std::string_view> words;
  };
  /// Reads the body of a function, "{…}" or "(…)". Returns the assignments that makepkg would find
  /// in it.
  std::vector<Assignment> body();

 private:
  void skip_past(char quote);
  void skip_double_quotes();
  void skip_parameter(bool in_quotes);
  void skip_arithmetic();
  void skip_dollar(bool in_quotes);
  void operator_or_here_document();
  void skip_here_documents();
  std::vector<Assignment> commands(char closing);

  struct HereDocument {
    std::string delimiter;
    bool indented = false;
  };

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::vector<HereDocument> here_documents_;  // that begin at the next line end
};

/// The name of a variable that the text begins with; empty: none.
std::string_view name_at_start(std::string_view text);

/// "name=", "name+=": how long the name is, 0 where the word is none.
std::size_t assigned_name(std::string_view word);

}  // namespace pkgkiln::pacman
