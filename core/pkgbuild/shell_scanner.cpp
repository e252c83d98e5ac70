#include "core/pkgbuild/shell_scanner.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"

namespace pkgkiln::pacman {

namespace {

constexpr int kDeepest = 100;
constexpr std::size_t kMostWordsOfArray = 10'000;
constexpr std::string_view kEndsWord = " \t\n;&|<>()";

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Behind these a command begins, and a "}" is one that closes.
bool leads_command(std::string_view word) {
  return is_one_of(word, {"{", "}", "if", "then", "else", "elif", "fi", "while", "until", "do",
                          "done", "in", "esac", "!", "time"});
}

/// Counts how deep constructs lie in each other: the text may be made to exhaust the stack.
class Deeper {
 public:
  explicit Deeper(int& depth) : depth_(depth) {
    if (++depth_ > kDeepest) throw Unclear{};
  }
  ~Deeper() { --depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  int& depth_;
};

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
  const auto after = word.substr(size);
  return after.starts_with('=') || after.starts_with("+=") ? size : 0;
}

void ShellScanner::skip_blanks() {
  while (!at_end()) {
    if (next() == ' ' || next() == '\t')
      skip(1);
    else if (next() == '\\' && next(1) == '\n')
      skip(2);
    else
      return;
  }
}

void ShellScanner::skip_comment() {
  at_ = std::min(text_.find('\n', at_), text_.size());
}

void ShellScanner::skip_space() {
  for (skip_blanks(); next() == '\n' || next() == '#'; skip_blanks())
    if (next() == '#')
      skip_comment();
    else
      skip(1);
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
  const Deeper deeper(depth_);
  skip(1);
  if (next() == '{') return skip_parameter(in_quotes);
  if (next() == '(' && next(1) == '(') return skip_arithmetic();
  if (next() == '(') {
    skip(1);
    commands(')');
    return;
  }
  if (in_quotes) return;
  if (next() == '"') return skip_double_quotes();
  if (next() != '\'') return;
  for (skip(1); next() != '\''; skip(next() == '\\' ? 2 : 1))
    if (at_end()) throw Unclear{};
  skip(1);
}

void ShellScanner::skip_parameter(bool in_quotes) {
  for (skip(1); next() != '}';) {
    if (at_end()) throw Unclear{};
    // Whether it quotes there hangs on the operator.
    if (in_quotes && next() == '\'') throw Unclear{};
    if (next() == '\\' || next() == '\'' || next() == '"' || next() == '`')
      skip_quoted();
    else if (next() == '$')
      skip_dollar(in_quotes);
    else
      skip(1);
  }
  skip(1);
}

/// "((…))", or a subshell in parentheses.
void ShellScanner::skip_arithmetic() {
  int open = 0;
  do {
    if (at_end()) throw Unclear{};
    if (next() == '(') ++open;
    if (next() == ')') --open;
    if (next() == '\\' || next() == '\'' || next() == '"' || next() == '`')
      skip_quoted();
    else if (next() == '$')
      skip_dollar(false);
    else
      skip(1);
  } while (open > 0);
}

std::string_view ShellScanner::word() {
  const auto begin = at_;
  while (!at_end() && kEndsWord.find(next()) == std::string_view::npos) {
    if (next() == '\\' || next() == '\'' || next() == '"' || next() == '`' || next() == '$')
      skip_quoted();
    else
      skip(1);
  }
  return from(begin);
}

std::vector<std::string_view> ShellScanner::array() {
  if (next() != '(') throw Unclear{};
  skip(1);
  std::vector<std::string_view> words;
  for (skip_space(); next() != ')'; skip_space()) {
    words.push_back(word());
    if (words.back().empty() || words.size() > kMostWordsOfArray) throw Unclear{};
  }
  skip(1);
  return words;
}

void ShellScanner::operator_or_here_document() {
  if (!rest().starts_with("<<")) return skip(1);
  if (next(2) == '<') return skip(3);
  skip(2);
  HereDocument document;
  if ((document.indented = next() == '-')) skip(1);
  skip_blanks();
  for (const char c : word())
    if (c != '\'' && c != '"' && c != '\\') document.delimiter += c;
  if (document.delimiter.empty()) throw Unclear{};
  here_documents_.push_back(std::move(document));
}

/// At a line end.
void ShellScanner::skip_here_documents() {
  skip(1);
  for (const auto& document : here_documents_) {
    for (bool ended = false; !ended;) {
      if (at_end()) throw Unclear{};
      const auto begin = at_;
      skip_comment();
      auto line = from(begin);
      skip(1);
      if (document.indented)
        line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
      ended = line == document.delimiter;
    }
  }
  here_documents_.clear();
}

std::vector<ShellScanner::Assignment> ShellScanner::body() {
  const char opening = next();
  if (opening != '{' && opening != '(') throw Unclear{};
  if (opening == '(' && next(1) == '(') throw Unclear{};
  skip(1);
  return commands(opening == '{' ? '}' : ')');
}

/// Up to the "}" or ")" that closes what was opened before.
std::vector<ShellScanner::Assignment> ShellScanner::commands(char closing) {
  const Deeper deeper(depth_);
  std::vector<Assignment> assignments;
  int open = 1;
  bool begins = true;       // a command, here
  bool begins_line = true;  // as `declare -f` prints it
  while (true) {
    skip_blanks();
    if (at_end()) throw Unclear{};
    const char c = next();
    if (c == '\n') {
      skip_here_documents();
      begins = begins_line = true;
    } else if (c == '#') {
      skip_comment();
    } else if (c == '(' && next(1) == '(') {
      skip_arithmetic();
      begins = false;
    } else if (c == '<' || c == '>') {
      operator_or_here_document();
    } else if (kEndsWord.find(c) != std::string_view::npos) {
      skip(1);
      begins = true;
      begins_line = c == ';' || c == '(' || c == ')';
      if (closing == ')' && c == '(') ++open;
      if (closing == ')' && c == ')' && --open == 0) break;
    } else {
      const auto said = word();
      const auto name = assigned_name(said);
      if (next() == '(' && said.ends_with('=')) {
        auto words = array();
        const bool appends = said.ends_with("+=");
        if (name == said.size() - (appends ? 2 : 1) && begins && begins_line)
          assignments.push_back({said.substr(0, name), appends, std::move(words)});
        begins_line = false;
      } else if (closing == ')' && said == "case") {
        throw Unclear{};  // its patterns end with parentheses that nothing opened
      } else if (begins && said == "function") {
        skip_blanks();
        word();
      } else if (begins && leads_command(said)) {
        if (closing == '}' && said == "{") ++open;
        if (closing == '}' && said == "}" && --open == 0) break;
        begins_line = said != "!" && said != "time";
      } else {
        begins = begins && name > 0;
        begins_line = false;
      }
    }
  }
  if (!here_documents_.empty()) throw Unclear{};
  return assignments;
}

}  // namespace pkgkiln::pacman
