#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/pkgbuild/shell_scanner.hpp"

namespace pkgkiln::pacman {

/// What the parser reads commands of: keywords, words, redirections and here-documents. Notes their
/// tokens down.
class ShellReader {
 public:
  /// Without tokens it notes nothing down. Both outlive it.
  ShellReader(ShellScanner& scanner, std::vector<std::string>* tokens)
      : scanner_(scanner), tokens_(tokens) {}

  /// Every here-document must have come.
  void end() const {
    if (!here_documents_.empty()) throw Unclear{};
  }

 protected:
  std::size_t token_count() const { return tokens_ == nullptr ? 0 : tokens_->size(); }
  void token(char kind, std::string_view text);
  void word_token(std::string_view text);
  /// Takes it, too.
  void operation(std::string_view text);

  /// Blanks, line ends with the here-documents behind them, and comments.
  void skip_space();
  std::string_view word(ShellScanner::At at = ShellScanner::At::argument);
  /// The shell reads here-documents at the next line end, wherever that is: in a word it is
  /// refused.
  void check_line(std::string_view text) const;

  /// The word that begins here, without moving. Empty where any of it is quoted: then it is no
  /// keyword.
  std::string_view ahead() const;
  /// Takes a keyword if it is the next word.
  bool take(std::string_view keyword);
  void need(std::string_view keyword);

  /// Whether there were any. Their tokens go where that is asked for.
  bool redirections(std::vector<std::string>* apart = nullptr);
  void append(const std::vector<std::string>& tokens);

  ShellScanner& scanner_;

 private:
  struct HereDocument {
    std::string delimiter;
    bool indented = false, quoted = false;
  };

  bool redirection(std::string_view number);
  void here_document(bool indented);
  void line_end();
  void read(const HereDocument& document);

  std::vector<std::string>* tokens_;
  std::vector<HereDocument> here_documents_;
};

/// "2" of "2>", "{fd}" of "{fd}>".
bool is_redirection_number(std::string_view word);

}  // namespace pkgkiln::pacman
