#include <string>
#include <string_view>

#include "core/base/text.hpp"
#include "core/pkgbuild/shell_parser.hpp"

namespace pkgkiln::pacman {

namespace {

/// Characters that mean something where they aren't quoted.
bool is_special(char c) {
  return !is_alphanumeric(c) && std::string_view("_.,/:+-@%=").find(c) == std::string_view::npos;
}

class Canonical {
 public:
  explicit Canonical(bool extended_patterns) : extended_patterns_(extended_patterns) {}

  std::string of(std::string_view word) {
    ShellScanner scanner(word);
    scanner.extended_patterns = extended_patterns_;
    while (!scanner.at_end()) unquoted(scanner);
    return std::move(text_);
  }

 private:
  void literal(char c, bool quoted) {
    if (quoted && is_special(c)) text_ += '\\';
    text_ += c;
  }

  void unquoted(ShellScanner& scanner) {
    const char c = scanner.next();
    const auto begin = scanner.place();
    switch (c) {
      case '\\':
        scanner.skip_quoted();
        if (scanner.from(begin) != "\\\n") literal(scanner.from(begin)[1], true);
        return;
      case '\'':
        scanner.skip_quoted();
        for (const char each : scanner.from(begin + 1).substr(0, scanner.place() - begin - 2))
          literal(each, true);
        empty_if(scanner.place() - begin == 2);
        return;
      case '"':
        scanner.skip_quoted();
        double_quoted(scanner.from(begin).substr(1, scanner.place() - begin - 2));
        empty_if(scanner.place() - begin == 2);
        return;
      case '`':
        scanner.skip_quoted();
        text_ += scanner.from(begin);
        return;
      case '$':
        return dollar(scanner, false);
      case '<':
      case '>':
        // A substitution: word() has seen that it is whole.
        text_ += c;
        return scanner.skip(1);
      default:
        literal(c, false);
        scanner.skip(1);
    }
  }

  /// "" and '' make a word, which nothing doesn't.
  void empty_if(bool empty) {
    if (empty) text_ += "''";
  }

  void double_quoted(std::string_view inner) {
    for (ShellScanner scanner(inner); !scanner.at_end();) {
      const char c = scanner.next();
      if (c == '$') {
        dollar(scanner, true);
      } else if (c == '`') {
        const auto begin = scanner.place();
        scanner.skip_quoted();
        (text_ += '"').append(scanner.from(begin)) += '"';
      } else if (c == '\\' && scanner.next(1) == '\n') {
        scanner.skip(2);
      } else {
        if (c == '\\' && std::string_view("$`\"\\").find(scanner.next(1)) != std::string_view::npos)
          scanner.skip(1);
        literal(scanner.next(), true);
        scanner.skip(1);
      }
    }
  }

  void dollar(ShellScanner& scanner, bool quoted) {
    const auto begin = scanner.place();
    const auto after = scanner.rest().substr(1);
    if (const auto name = name_at_start(after); !name.empty()) {
      scanner.skip(1 + name.size());
      return expansion(std::string("{").append(name) + '}', quoted);
    }
    if (!after.starts_with('{') && !after.starts_with('(') &&
        (quoted || (!after.starts_with('\'') && !after.starts_with('"')))) {
      // "$1", "$@", or a dollar that is just that.
      const bool parameter =
          !after.empty() &&
          std::string_view("@*#?-!0123456789$").find(after.front()) != std::string_view::npos;
      scanner.skip(parameter ? 2 : 1);
      if (!parameter) return literal('$', true);
      return expansion(std::string("{") + after.front() + '}', quoted);
    }
    scanner.skip_quoted();
    auto whole = scanner.from(begin).substr(1);
    if (!after.starts_with('(') || after.starts_with("(("))
      return expansion(std::string(whole), quoted);
    expansion(commands(whole.substr(1, whole.size() - 2)), quoted);
  }

  void expansion(const std::string& what, bool quoted) {
    text_ += quoted ? "\"$" : "$";
    text_ += what;
    if (quoted) text_ += '"';
  }

  std::string commands(std::string_view inner) const {
    std::string result = "(";
    for (const auto& token : command_tokens(inner, extended_patterns_))
      result.append(token) += '\n';
    return result + ")";
  }

  bool extended_patterns_;
  std::string text_;
};

}  // namespace

std::string canonical_word(std::string_view word, bool extended_patterns) {
  return Canonical(extended_patterns).of(word);
}

}  // namespace pkgkiln::pacman
