#include <array>
#include <string>
#include <string_view>

#include "core/base/text.hpp"
#include "core/pkgbuild/shell_parser.hpp"

namespace pkgkiln::pacman {

namespace {

/// Characters that mean something where they aren't quoted.
bool is_special(char c) {
  return static_cast<unsigned char>(c) < 0x80 && !is_alphanumeric(c) &&
         std::string_view("_.,/:+-@%=").find(c) == std::string_view::npos;
}

void add_utf8(std::string& text, unsigned point) {
  if (point < 0x80) {
    text += static_cast<char>(point);
    return;
  }
  const unsigned more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  constexpr std::array<unsigned, 4> leads = {0, 0xc0, 0xe0, 0xf0};
  text += static_cast<char>(leads.at(more) | (point >> (6 * more)));
  for (unsigned i = more; i-- > 0;) text += static_cast<char>(0x80U | ((point >> (6 * i)) & 0x3fU));
}

/// Up to `most` digits of that base from the front.
unsigned number_at(std::string_view& text, unsigned base, std::size_t most) {
  unsigned number = 0;
  for (; most > 0 && !text.empty(); --most) {
    const char c = lower_case(text.front());
    const auto digit = is_digit(c)            ? static_cast<unsigned>(c - '0')
                       : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a' + 10)
                                              : base;
    if (digit >= base) break;
    number = number * base + digit;
    text.remove_prefix(1);
  }
  return number;
}

/// The text of "$'…'" (bash(1), "ANSI-C Quoting"), up to a zero as bash has it.
std::string unescaped(std::string_view text) {
  constexpr std::string_view names = "abeEfnrtv";
  constexpr std::string_view values = "\a\b\x1b\x1b\f\n\r\t\v";
  std::string result;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '\\' || text.empty()) {
      result += c;
      continue;
    }
    const char kind = text.front();
    if (kind >= '0' && kind <= '7') {
      result += static_cast<char>(number_at(text, 8, 3));
    } else {
      text.remove_prefix(1);
      if (const auto at = names.find(kind); at != std::string_view::npos)
        result += values[at];
      else if (kind == 'x')
        result += static_cast<char>(number_at(text, 16, 2));
      else if (kind == 'u' || kind == 'U')
        add_utf8(result, number_at(text, 16, kind == 'u' ? 4 : 8));
      else if (is_one_of(std::string_view(&kind, 1), {"\\", "'", "\"", "?"}))
        result += kind;
      else
        throw Unclear{};
    }
    if (!result.empty() && result.back() == '\0') return result.substr(0, result.size() - 1);
  }
  return result;
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
        return substitution(scanner);
      default:
        literal(c, false);
        scanner.skip(1);
    }
  }

  /// "<(…)", ">(…)"
  void substitution(ShellScanner& scanner) {
    const auto begin = scanner.place();
    text_ += scanner.next();
    scanner.skip(1);
    scanner.skip_substitution();
    const auto inner = scanner.from(begin + 2);
    text_ += commands(inner.substr(0, inner.size() - 1));
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
      scanner.skip_quoted();
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
    const auto whole = scanner.from(begin).substr(1);
    if (after.starts_with('\'')) return escapes(whole.substr(1, whole.size() - 2));
    if (!after.starts_with('(') || after.starts_with("(("))
      return expansion(std::string(whole), quoted);
    expansion(commands(whole.substr(1, whole.size() - 2)), quoted);
  }

  /// What "$'…'" stands for.
  void escapes(std::string_view inner) {
    const auto size = text_.size();
    for (const char c : unescaped(inner)) literal(c, true);
    empty_if(text_.size() == size);
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
