#include "core/pkgbuild/shell_reader.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/pkgbuild/shell_parser.hpp"

namespace pkgkiln::pacman {

namespace {

constexpr std::string_view kQuoting = "\\'\"`$";

bool is_keyword(std::string_view word) {
  return is_one_of(word, {"if",     "then", "else", "elif", "fi", "while", "until",    "for",
                          "select", "do",   "done", "case", "in", "esac",  "function", "time",
                          "coproc", "{",    "}",    "[[",   "]]", "!"});
}

}  // namespace

bool is_redirection_number(std::string_view word) {
  if (word.starts_with('{') && word.ends_with('}'))
    return name_at_start(word.substr(1)).size() + 2 == word.size();
  return !word.empty() && std::all_of(word.begin(), word.end(), is_digit);
}

void ShellReader::token(char kind, std::string_view text) {
  if (tokens_ != nullptr) tokens_->push_back(std::string(1, kind).append(text));
}

void ShellReader::word_token(std::string_view text) {
  if (tokens_ != nullptr) token('w', canonical_word(text, scanner_.extended_patterns));
}

void ShellReader::operation(std::string_view text) {
  scanner_.skip(text.size());
  token('o', text);
}

void ShellReader::skip_space() {
  for (scanner_.skip_blanks(); scanner_.next() == '\n' || scanner_.next() == '#';
       scanner_.skip_blanks())
    if (scanner_.next() == '#')
      scanner_.skip_comment();
    else
      line_end();
}

std::string_view ShellReader::word(ShellScanner::At at) {
  const auto found = scanner_.word(at);
  check_line(found);
  return found;
}

void ShellReader::check_line(std::string_view text) const {
  if (!here_documents_.empty() && text.find('\n') != std::string_view::npos) throw Unclear{};
}

std::string_view ShellReader::ahead() const {
  const auto rest = scanner_.rest();
  const auto size = std::min(rest.find_first_of(" \t\n;&|<>()\\'\"`$"), rest.size());
  if (size == rest.size() || kQuoting.find(rest[size]) == std::string_view::npos)
    return rest.substr(0, size);
  if (rest.substr(size).starts_with("\\\n")) {
    // The shell joins the lines of a word first.
    std::string joined(rest.substr(0, size));
    for (auto at = size; joined.size() < 10 && at < rest.size(); ++at) {
      if (rest.substr(at).starts_with("\\\n"))
        ++at;
      else if (is_alphanumeric(rest[at]) ||
               is_one_of(rest.substr(at, 1), {"{", "}", "[", "]", "!"}))
        joined += rest[at];
      else
        break;
    }
    if (is_keyword(joined)) throw Unclear{};
  }
  return {};
}

bool ShellReader::take(std::string_view keyword) {
  if (ahead() != keyword) return false;
  scanner_.skip(keyword.size());
  token('k', keyword);
  return true;
}

void ShellReader::need(std::string_view keyword) {
  skip_space();
  if (!take(keyword)) throw Unclear{};
}

bool ShellReader::redirections(std::vector<std::string>* apart) {
  auto* const all = tokens_;
  if (all != nullptr && apart != nullptr) tokens_ = apart;
  bool any = false;
  for (scanner_.skip_blanks();; scanner_.skip_blanks()) {
    const auto place = scanner_.place();
    const auto number = ahead();
    const bool numbered = is_redirection_number(number);
    if (numbered) scanner_.skip(number.size());
    if (!redirection(numbered ? number : std::string_view())) {
      scanner_.go_to(place);
      break;
    }
    any = true;
  }
  tokens_ = all;
  return any;
}

void ShellReader::append(const std::vector<std::string>& tokens) {
  if (tokens_ != nullptr) tokens_->insert(tokens_->end(), tokens.begin(), tokens.end());
}

/// At its operator, if there is one.
bool ShellReader::redirection(std::string_view number) {
  const auto rest = scanner_.rest();
  static constexpr std::array<std::string_view, 13> operators = {
      "<<<", "<<-", "<<", "<&", "<>", "&>>", "&>", ">>", ">&", ">|", "<", ">", ""};
  const auto found = *std::find_if(operators.begin(), operators.end(),
                                   [&](auto each) { return rest.starts_with(each); });
  if (found.empty()) return false;
  if ((found == "<" || found == ">") && scanner_.next(1) == '(') return false;
  // The usual numbers need not be said.
  const bool both = found.starts_with('&');
  token('r', !number.empty() || both ? number : found.starts_with('>') ? "1" : "0");
  operation(found);
  scanner_.skip_blanks();
  if (found == "<<" || found == "<<-") {
    here_document(found == "<<-");
  } else {
    const auto to = word();
    if (to.empty()) throw Unclear{};
    word_token(to);
  }
  return true;
}

void ShellReader::here_document(bool indented) {
  const auto said = word();
  HereDocument document;
  document.indented = indented;
  for (const char c : said)
    if (c == '\'' || c == '"' || c == '\\')
      document.quoted = true;
    else if (is_alphanumeric(c) ||
             std::string_view("_.,+-!@%/:=").find(c) != std::string_view::npos)
      document.delimiter += c;
    else
      throw Unclear{};
  if (document.delimiter.empty()) throw Unclear{};
  token('w', document.quoted ? "quoted" : "");
  here_documents_.push_back(std::move(document));
}

void ShellReader::line_end() {
  scanner_.skip(1);
  for (const auto& document : here_documents_) read(document);
  here_documents_.clear();
}

/// Of a line with a backslash at its end the next line is a part, unless the delimiter is quoted.
void ShellReader::read(const HereDocument& document) {
  for (bool continued = false;;) {
    if (scanner_.at_end()) throw Unclear{};
    const auto begin = scanner_.place();
    scanner_.skip_comment();
    auto line = scanner_.from(begin);
    scanner_.skip(1);
    if (document.indented && !continued)
      line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
    if (!continued && line == document.delimiter) return token('h', "");
    const auto last = line.find_last_not_of('\\');
    const auto backslashes = line.size() - (last == std::string_view::npos ? 0 : last + 1);
    continued = !document.quoted && backslashes % 2 == 1;
    token('h', line);
  }
}

}  // namespace pkgkiln::pacman
