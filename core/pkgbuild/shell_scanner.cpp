#include "core/pkgbuild/shell_scanner.hpp"

#include "core/base/text.hpp"
#include "core/pkgbuild/shell_parser.hpp"

namespace pkgkiln::pacman {

namespace {

constexpr std::size_t kMostWordsOfArray = 10'000;
constexpr std::string_view kEndsWord = " \t\n;&|<>()";
constexpr std::string_view kContinued = "\\\n";

bool is_quote(char c) {
  return c == '\\' || c == '\'' || c == '"' || c == '`';
}

}  // namespace

std::string_view name_at_start(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(),
                                    [](char c) { return is_alphanumeric(c) || c == '_'; });
  const auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  return name.empty() || is_digit(name.front()) ? std::string_view() : name;
}

std::size_t assigned_name(std::string_view word) {
  const auto size = name_at_start(word).size();
  if (size == 0) return 0;
  auto after = word.substr(size);
  if (after.starts_with('[')) {
    const auto end = after.find(']');
    after.remove_prefix(end == std::string_view::npos ? after.size() : end + 1);
  }
  return after.starts_with('=') || after.starts_with("+=") ? size : 0;
}

std::set<std::string> names_in(std::string_view text) {
  std::set<std::string> names;
  const auto in_name = [](char c) { return is_alphanumeric(c) || c == '_'; };
  for (std::size_t at = 0; at < text.size();) {
    if (!in_name(text[at])) {
      ++at;
      continue;
    }
    const auto begin = at;
    while (at < text.size() && in_name(text[at])) ++at;
    names.emplace(text.substr(begin, at - begin));
  }
  return names;
}

void ShellScanner::skip_blanks() {
  while (!at_end()) {
    if (next() == ' ' || next() == '\t')
      skip(1);
    else if (rest().starts_with(kContinued))
      skip(2);
    else
      return;
  }
}

void ShellScanner::skip_comment() {
  at_ = std::min(text_.find('\n', at_), text_.size());
}

void ShellScanner::skip_past(char quote) {
  const auto end = text_.find(quote, at_);
  if (end == std::string_view::npos) throw Unclear{};
  at_ = end + 1;
}

void ShellScanner::skip_quoted() {
  switch (next()) {
    case '\\':
      if (next(1) == '\0') throw Unclear{};
      return skip(2);
    case '\'':
      skip(1);
      return skip_past('\'');
    case '"':
      return skip_double_quotes();
    case '`':
      for (skip(1); next() != '`'; skip(next() == '\\' ? 2 : 1))
        if (at_end()) throw Unclear{};
      return skip(1);
    default:
      return skip_dollar(false);
  }
}

void ShellScanner::skip_double_quotes() {
  for (skip(1); next() != '"';) {
    if (at_end()) throw Unclear{};
    if (next() == '$')
      skip_dollar(true);
    else if (next() == '\\' || next() == '`')
      skip_quoted();
    else
      skip(1);
  }
  skip(1);
}

void ShellScanner::skip_dollar(bool in_quotes) {
  const Deeper deeper(*this);
  skip(1);
  if (rest().starts_with(kContinued)) throw Unclear{};  // the shell reads on behind it
  if (const auto name = name_at_start(rest()); !name.empty()) {
    skip(name.size());
    auto after = rest();
    while (after.starts_with(kContinued)) after.remove_prefix(2);
    // The name goes on in the next line.
    if (after.size() != rest().size() && !after.empty() &&
        (is_alphanumeric(after.front()) || after.front() == '_'))
      throw Unclear{};
    return;
  }
  if (next() == '{') return skip_parameter(in_quotes);
  if (next() == '[') throw Unclear{};  // arithmetic, as it once was written
  if (next() == '(') return skip_if_arithmetic() ? void() : skip_substitution();
  if (in_quotes) return;
  if (next() == '"') throw Unclear{};  // it is translated
  if (next() != '\'') return;
  for (skip(1); next() != '\''; skip(next() == '\\' ? 2 : 1))
    if (at_end()) throw Unclear{};
  skip(1);
}

void ShellScanner::skip_substitution() {
  const Deeper deeper(*this);
  skip(1);
  skip_commands(*this);
  if (next() != ')') throw Unclear{};
  skip(1);
}

void ShellScanner::skip_parameter(bool in_quotes) {
  skip(1);
  if (next() == ' ' || next() == '\t' || next() == '\n' || next() == '|')
    throw Unclear{};  // commands, since bash 5.3
  while (next() != '}') {
    if (at_end()) throw Unclear{};
    // The shell reads a substitution there, even where it makes none.
    if ((next() == '<' || next() == '>') && next(1) == '(') throw Unclear{};
    if (is_quote(next()))
      skip_quoted();
    else if (next() == '$')
      skip_dollar(in_quotes);
    else
      skip(1);
  }
  skip(1);
}

/// Up to what closes the "(" or "[" that it is at.
void ShellScanner::skip_balanced(char opening, char closing) {
  const Deeper deeper(*this);
  int open = 0;
  do {
    if (at_end()) throw Unclear{};
    if (next() == opening) ++open;
    if (next() == closing) --open;
    if (is_quote(next()))
      skip_quoted();
    else if (next() == '$')
      skip_dollar(false);
    else
      skip(1);
  } while (open > 0);
}

/// "((…))": what closes the inner one must stand right before what closes the outer one; else it
/// is a subshell in another.
bool ShellScanner::skip_if_arithmetic() {
  if (next(1) != '(') {
    if (next(1) == '\\' && next(2) == '\n') throw Unclear{};
    return false;
  }
  const auto begin = at_;
  skip(1);
  skip_balanced('(', ')');
  if (next() == ')') return skip(1), true;
  // What is in it is read again: nested, that would take for ever.
  if (--readings_left_ < 0) throw Unclear{};
  at_ = begin;
  return false;
}

void ShellScanner::skip_arithmetic() {
  if (!skip_if_arithmetic()) throw Unclear{};
}

std::string_view ShellScanner::word(At at) {
  const auto begin = at_;
  while (!at_end()) {
    const char c = next();
    const bool patterned =
        next(1) == '(' && std::string_view("?*+@!").find(c) != std::string_view::npos;
    if ((c == '<' || c == '>') && next(1) == '(') {
      skip(1);
      skip_substitution();
    } else if (patterned && (at == At::pattern || extended_patterns)) {
      skip(1);
      skip_balanced('(', ')');
    } else if (kEndsWord.find(c) != std::string_view::npos) {
      break;
    } else if (c == '[' && at == At::command && at_ > begin &&
               name_at_start(from(begin)).size() == at_ - begin) {
      skip_balanced('[', ']');
    } else if (is_quote(c) || c == '$') {
      skip_quoted();
    } else {
      skip(1);
    }
  }
  return from(begin);
}

std::vector<std::string_view> ShellScanner::array() {
  if (next() != '(') throw Unclear{};
  skip(1);
  std::vector<std::string_view> words;
  while (true) {
    skip_blanks();
    if (next() == '#') {
      skip_comment();
    } else if (next() == '\n') {
      skip(1);
    } else if (next() == ')') {
      break;
    } else {
      const auto begin = at_;
      if (next() == '[') skip_balanced('[', ']');  // "[index]=value"
      word();
      words.push_back(from(begin));
      if (words.back().empty() || words.size() > kMostWordsOfArray) throw Unclear{};
    }
  }
  skip(1);
  return words;
}

}  // namespace pkgkiln::pacman
