#include "core/pkgbuild/command_parser.hpp"

#include <algorithm>
#include <utility>

#include "core/base/text.hpp"

namespace pkgkiln::pacman {

namespace {

constexpr std::size_t kMostCommands = 100'000;
constexpr int kLongestChain = 200;  // of "a && b || …": each is in the next

/// "fi", "done" and the like end a list of commands.
bool ends_list(std::string_view word) {
  return is_one_of(word, {"then", "else", "elif", "fi", "do", "done", "esac", "}"});
}

}  // namespace

ShellCommand CommandParser::list() {
  const Deeper deeper(scanner_);
  ShellCommand result = begin(Kind::group);
  for (skip_space(); !at_end_of_list(); skip_space()) {
    auto command = and_or();
    separator(command);
    result.parts.push_back(std::move(command));
  }
  return finish(std::move(result));
}

ShellCommand CommandParser::script(bool top_level) {
  top_level_ = top_level;
  auto result = list();
  if (!scanner_.at_end()) throw Unclear{};
  end();
  return result;
}

ShellCommand CommandParser::begin(Kind kind) {
  if (++count_ > kMostCommands) throw Unclear{};
  ShellCommand command;
  command.kind = kind;
  command.first_token = token_count();
  command.text = scanner_.rest();
  return command;
}

ShellCommand CommandParser::finish(ShellCommand command) const {
  const auto rest = scanner_.rest().size();
  command.text = command.text.substr(0, command.text.size() - rest);
  command.last_token = token_count();
  return command;
}

bool CommandParser::at_end_of_list() {
  return scanner_.at_end() || scanner_.next() == ')' || scanner_.rest().starts_with(";;") ||
         scanner_.rest().starts_with(";&") || ends_list(ahead());
}

void CommandParser::separator(ShellCommand& command) {
  scanner_.skip_blanks();
  const char c = scanner_.next();
  if (c == '&' && scanner_.next(1) != '&' && scanner_.next(1) != '>') {
    operation("&");
    enclose(command);
  } else if (c == ';' && scanner_.next(1) != ';' && scanner_.next(1) != '&') {
    operation(";");
  } else if (c == '\n' || c == '#') {
    token('o', ";");
  } else if (at_end_of_list()) {
    token('o', ";");
  } else {
    throw Unclear{};
  }
}

void CommandParser::enclose(ShellCommand& command) {
  ShellCommand inner = std::move(command);
  command = {};
  command.kind = Kind::enclosed;
  command.text = inner.text;
  command.first_token = inner.first_token;
  command.last_token = inner.last_token;
  command.parts.push_back(std::move(inner));
}

ShellCommand CommandParser::and_or() {
  const auto start = begin(Kind::both);
  auto left = pipeline();
  for (int depth = 0;; ++depth) {
    scanner_.skip_blanks();
    const auto rest = scanner_.rest();
    if (!rest.starts_with("&&") && !rest.starts_with("||")) return left;
    if (depth == kLongestChain) throw Unclear{};
    auto both = start;
    both.kind = rest.front() == '&' ? Kind::both : Kind::either;
    operation(rest.substr(0, 2));
    skip_space();
    both.parts.push_back(std::move(left));
    both.parts.push_back(pipeline());
    left = finish(std::move(both));
  }
}

ShellCommand CommandParser::pipeline() {
  auto start = begin(Kind::enclosed);
  bool negated = false;
  while (true) {
    if (scanner_.extended_patterns && scanner_.rest().starts_with("!(")) break;
    if (take("!"))
      negated = !negated;
    else if (!take("time"))
      break;
    scanner_.skip_blanks();
  }
  auto command = any_command();
  for (scanner_.skip_blanks(); scanner_.next() == '|' && scanner_.next(1) != '|';
       scanner_.skip_blanks()) {
    pipe();
    skip_space();
    if (command.kind != Kind::enclosed) enclose(command);
    command.parts.push_back(any_command());
  }
  if (!negated) return command;
  start.kind = Kind::negation;
  start.parts.push_back(std::move(command));
  return finish(std::move(start));
}

void CommandParser::pipe() {
  const bool with_errors = scanner_.next(1) == '&';
  if (with_errors) {  // short for "2>&1 |"
    scanner_.skip(1);
    token('r', "2");
    token('o', ">&");
    token('w', "1");
  }
  scanner_.skip(1);
  token('o', "|");
}

ShellCommand CommandParser::any_command() {
  const Deeper deeper(scanner_);
  if (auto command = compound()) {
    command->redirected = redirections();
    return std::move(*command);
  }
  return simple();
}

std::optional<ShellCommand> CommandParser::compound() {
  const auto name = ahead();
  if (scanner_.next() == '(') return parentheses();
  if (name == "{") return braces();
  if (name == "if") return branch();
  if (name == "while" || name == "until") return loop();
  if (name == "for" || name == "select") return each();
  if (name == "case") return choice();
  if (name == "[[") return test();
  if (name == "coproc" || ends_list(name) || name == "in") throw Unclear{};
  return std::nullopt;
}

ShellCommand CommandParser::parentheses() {
  auto command = begin(Kind::enclosed);
  const auto begin_of_it = scanner_.place();
  if (scanner_.next(1) == '(') {
    scanner_.skip_arithmetic();
    command.kind = Kind::other;
    token('w', scanner_.from(begin_of_it));
    return finish(std::move(command));
  }
  if (scanner_.next(1) == '\\') throw Unclear{};
  operation("(");
  command.parts.push_back(list());
  if (scanner_.next() != ')') throw Unclear{};
  operation(")");
  return finish(std::move(command));
}

ShellCommand CommandParser::braces() {
  const auto start = begin(Kind::group);
  take("{");
  auto command = list();
  need("}");
  command.text = start.text;
  command.first_token = start.first_token;
  return finish(std::move(command));
}

ShellCommand CommandParser::branch() {
  auto command = begin(Kind::branch);
  take("if");
  std::size_t nested = 0;  // "elif" is the same as "else if"
  while (true) {
    command.parts.push_back(list());
    need("then");
    command.parts.push_back(list());
    if (ahead() == "elif") {
      scanner_.skip(4);
      token('k', "else");
      token('k', "if");
      ++nested;
      continue;
    }
    if (take("else")) command.parts.push_back(list());
    need("fi");
    for (; nested > 0; --nested) {
      token('o', ";");
      token('k', "fi");
    }
    return finish(std::move(command));
  }
}

ShellCommand CommandParser::loop() {
  auto command = begin(Kind::other);
  if (!take("while")) take("until");
  command.parts.push_back(list());
  body(command);
  return finish(std::move(command));
}

void CommandParser::body(ShellCommand& command) {
  skip_space();
  if (take("{")) {
    command.parts.push_back(list());
    return need("}");
  }
  need("do");
  command.parts.push_back(list());
  need("done");
}

ShellCommand CommandParser::each() {
  auto command = begin(Kind::each);
  if (take("select"))
    command.kind = Kind::other;
  else
    take("for");
  scanner_.skip_blanks();
  if (scanner_.next() == '(') {
    const auto begin_of_it = scanner_.place();
    scanner_.skip_arithmetic();
    token('w', scanner_.from(begin_of_it));
    command.kind = Kind::other;
  } else {
    command.words.push_back(word());
    if (name_at_start(command.words.front()) != command.words.front()) throw Unclear{};
    word_token(command.words.front());
    skip_space();
    if (take("in")) {
      for (scanner_.skip_blanks();; scanner_.skip_blanks()) {
        if (scanner_.next() == '#') scanner_.skip_comment();
        const auto found = word();
        if (found.empty()) break;
        command.words.push_back(found);
        word_token(found);
      }
      if (scanner_.next() != ';' && scanner_.next() != '\n') throw Unclear{};
    } else {
      command.kind = Kind::other;  // over "$@"
    }
  }
  scanner_.skip_blanks();
  if (scanner_.next() == ';') scanner_.skip(1);
  token('o', ";");
  body(command);
  return finish(std::move(command));
}

ShellCommand CommandParser::choice() {
  auto command = begin(Kind::choice);
  take("case");
  scanner_.skip_blanks();
  command.words.push_back(word());
  if (command.words.front().empty()) throw Unclear{};
  word_token(command.words.front());
  need("in");
  for (skip_space(); !take("esac"); skip_space()) {
    if (scanner_.next() == '(') scanner_.skip(1);
    auto& patterns = command.patterns.emplace_back();
    for (bool more = true; more;) {
      scanner_.skip_blanks();
      // What else is a pattern hangs on options, and a quoted word may not be.
      const auto pattern = word();
      if (pattern.empty()) throw Unclear{};
      patterns.push_back(pattern);
      word_token(pattern);
      scanner_.skip_blanks();
      if ((more = scanner_.next() == '|')) operation("|");
    }
    if (scanner_.next() != ')') throw Unclear{};
    operation(")");
    command.parts.push_back(list());
    const auto rest = scanner_.rest();
    command.falls_through |= rest.starts_with(";&") || rest.starts_with(";;&");
    if (rest.starts_with(";;&"))
      operation(";;&");
    else if (rest.starts_with(";;") || rest.starts_with(";&"))
      operation(rest.substr(0, 2));
    else if (ahead() != "esac")
      throw Unclear{};
    else
      token('o', ";;");
  }
  return finish(std::move(command));
}

ShellCommand CommandParser::test() {
  auto command = begin(Kind::test);
  take("[[");
  int open = 0;
  while (true) {
    skip_space();
    if (ahead() == "]]" && open == 0) break;
    const auto rest = scanner_.rest();
    const bool regular = !command.words.empty() && command.words.back() == "=~";
    const bool two = rest.starts_with("&&") || rest.starts_with("||");
    const bool one = !rest.empty() && scanner_.next(1) != '(' &&
                     std::string_view("()<>").find(rest.front()) != std::string_view::npos;
    if (!regular && (one || two)) {
      if (rest.front() == '(') ++open;
      if (rest.front() == ')' && --open < 0) throw Unclear{};
      command.words.push_back(rest.substr(0, two ? 2 : 1));
      operation(command.words.back());
      continue;
    }
    if (rest.starts_with("((") || rest.starts_with("!(")) throw Unclear{};
    const auto found = regular ? regular_expression() : word(ShellScanner::At::pattern);
    if (found.empty()) throw Unclear{};
    command.words.push_back(found);
    // There it matters of every character whether it is quoted.
    if (regular)
      token('w', found);
    else
      word_token(found);
  }
  take("]]");
  return finish(std::move(command));
}

std::string_view CommandParser::regular_expression() {
  const auto begin_of_it = scanner_.place();
  int open = 0;
  while (!scanner_.at_end()) {
    const char c = scanner_.next();
    if (c == '\n' || c == ';' || c == '<' || c == '>' || c == '&') throw Unclear{};
    if (c == '#' && scanner_.place() == begin_of_it) throw Unclear{};
    if (open == 0 && (c == ' ' || c == '\t')) break;
    if (c == '(') ++open;
    if (c == ')' && --open < 0) throw Unclear{};
    if (std::string_view("\\'\"`$").find(c) == std::string_view::npos)
      scanner_.skip(1);
    else if (c == '$' && (scanner_.next(1) == ' ' || scanner_.next(1) == ')'))
      scanner_.skip(1);
    else
      scanner_.skip_quoted();
  }
  return scanner_.from(begin_of_it);
}

}  // namespace pkgkiln::pacman
