#include "core/pkgbuild/shell_parser.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/text.hpp"
#include "core/pkgbuild/shell_reader.hpp"

namespace pkgkiln::pacman {

namespace {

using Kind = ShellCommand::Kind;

constexpr std::size_t kMostCommands = 100'000;

/// "fi", "done" and the like end a list of commands.
bool ends_list(std::string_view word) {
  return is_one_of(word, {"then", "else", "elif", "fi", "do", "done", "esac", "}"});
}

/// What changes how the rest of the script is read.
bool changes_reading(std::string_view word) {
  return is_one_of(word, {"alias", "unalias", "shopt", "set", "enable"});
}

class Parser : public ShellReader {
 public:
  using ShellReader::ShellReader;

  /// Up to a word or ")" that ends it, which is not taken.
  ShellCommand list() {
    const Deeper deeper(scanner_);
    ShellCommand result = begin(Kind::group);
    for (skip_space(); !at_end_of_list(); skip_space()) {
      auto command = and_or();
      separator(command);
      result.parts.push_back(std::move(command));
    }
    return finish(std::move(result));
  }

  /// All of the text.
  ShellCommand script(bool top_level) {
    top_level_ = top_level;
    auto result = list();
    if (!scanner_.at_end()) throw Unclear{};
    end();
    return result;
  }

 private:
  ShellCommand begin(Kind kind) {
    if (++count_ > kMostCommands) throw Unclear{};
    ShellCommand command;
    command.kind = kind;
    command.first_token = token_count();
    command.text = scanner_.rest();
    return command;
  }
  ShellCommand finish(ShellCommand command) const {
    const auto rest = scanner_.rest().size();
    command.text = command.text.substr(0, command.text.size() - rest);
    command.last_token = token_count();
    return command;
  }

  bool at_end_of_list() {
    return scanner_.at_end() || scanner_.next() == ')' || scanner_.rest().starts_with(";;") ||
           scanner_.rest().starts_with(";&") || ends_list(ahead());
  }

  /// What stands between two commands.
  void separator(ShellCommand& command) {
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

  static void enclose(ShellCommand& command) {
    ShellCommand inner = std::move(command);
    command = {};
    command.kind = Kind::enclosed;
    command.text = inner.text;
    command.first_token = inner.first_token;
    command.last_token = inner.last_token;
    command.parts.push_back(std::move(inner));
  }

  ShellCommand and_or() {
    const auto start = begin(Kind::both);
    auto left = pipeline();
    while (true) {
      scanner_.skip_blanks();
      const auto rest = scanner_.rest();
      if (!rest.starts_with("&&") && !rest.starts_with("||")) return left;
      auto both = start;
      both.kind = rest.front() == '&' ? Kind::both : Kind::either;
      operation(rest.substr(0, 2));
      skip_space();
      both.parts.push_back(std::move(left));
      both.parts.push_back(pipeline());
      left = finish(std::move(both));
    }
  }

  ShellCommand pipeline() {
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
      operation(scanner_.next(1) == '&' ? "|&" : "|");
      skip_space();
      if (command.kind != Kind::enclosed) enclose(command);
      command.parts.push_back(any_command());
    }
    if (!negated) return command;
    start.kind = Kind::negation;
    start.parts.push_back(std::move(command));
    return finish(std::move(start));
  }

  ShellCommand any_command() {
    const Deeper deeper(scanner_);
    if (auto command = compound()) {
      command->redirected = redirections();
      return std::move(*command);
    }
    return simple();
  }

  /// Nothing where a simple command or a function begins.
  std::optional<ShellCommand> compound() {
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

  ShellCommand parentheses() {
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

  ShellCommand braces() {
    const auto start = begin(Kind::group);
    take("{");
    auto command = list();
    need("}");
    command.text = start.text;
    command.first_token = start.first_token;
    return finish(std::move(command));
  }

  ShellCommand branch() {
    auto command = begin(Kind::branch);
    take("if");
    while (true) {
      command.parts.push_back(list());
      need("then");
      command.parts.push_back(list());
      if (take("elif")) continue;
      if (take("else")) command.parts.push_back(list());
      need("fi");
      return finish(std::move(command));
    }
  }

  ShellCommand loop() {
    auto command = begin(Kind::other);
    if (!take("while")) take("until");
    command.parts.push_back(list());
    body(command);
    return finish(std::move(command));
  }

  void body(ShellCommand& command) {
    skip_space();
    if (take("{")) {
      command.parts.push_back(list());
      return need("}");
    }
    need("do");
    command.parts.push_back(list());
    need("done");
  }

  ShellCommand each() {
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

  ShellCommand choice() {
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

  ShellCommand test() {
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

  /// Up to a blank outside of parentheses.
  std::string_view regular_expression() {
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

  ShellCommand simple() {
    auto command = begin(Kind::simple);
    if (take("function")) {
      scanner_.skip_blanks();
      const auto name = word();
      scanner_.skip_blanks();
      if (scanner_.next() == '(') parentheses_of_function();
      return function(std::move(command), name);
    }
    bool assigns = true;
    for (scanner_.skip_blanks(); !scanner_.at_end(); scanner_.skip_blanks()) {
      if (redirections()) {
        command.redirected = true;
        continue;
      }
      if (scanner_.next() == '#') break;
      const auto found = word(assigns ? ShellScanner::At::command : ShellScanner::At::argument);
      if (found.empty()) break;
      const auto size = assigned_name(found);
      if (scanner_.next() == '(' && found.ends_with('=') && size > 0) {
        const bool named = !assigns;
        array(command, found, size, named);
        continue;
      }
      if (assigns && size > 0) {
        assignment(command, found, size);
        continue;
      }
      const bool first = command.words.empty();
      assigns = false;
      if (first) {
        scanner_.skip_blanks();
        if (scanner_.next() == '(') {
          if (!command.assignments.empty() || command.redirected) throw Unclear{};
          parentheses_of_function();
          return function(std::move(command), found);
        }
      }
      command.words.push_back(found);
      word_token(found);
    }
    if (command.words.empty() && command.assignments.empty() && !command.redirected)
      throw Unclear{};
    if (top_level_ && !command.words.empty() && changes_reading(command.words.front()))
      read_otherwise(command.words);
    return finish(std::move(command));
  }

  void assignment(ShellCommand& command, std::string_view found, std::size_t size) {
    ShellAssignment assignment;
    assignment.name = found.substr(0, size);
    const auto equals = value_of(found, size, assignment);
    assignment.words = {found.substr(equals + 1)};
    command.assignments.push_back(std::move(assignment));
    token('a', found.substr(0, equals + 1));
    word_token(found.substr(equals + 1));
  }

  /// Where its '=' is.
  static std::size_t value_of(std::string_view found, std::size_t size,
                              ShellAssignment& assignment) {
    auto equals = size;
    if (found[size] == '[') {
      equals = found.find(']', size) + 1;
      assignment.index = found.substr(size + 1, equals - size - 2);
    }
    assignment.appends = found[equals] == '+';
    return equals + (assignment.appends ? 1 : 0);
  }

  void array(ShellCommand& command, std::string_view found, std::size_t size, bool argument) {
    ShellAssignment assignment;
    assignment.name = found.substr(0, size);
    value_of(found, size, assignment);
    assignment.is_array = true;
    token('a', found);
    const auto begin_of_it = scanner_.place();
    assignment.words = scanner_.array();
    const auto rest = scanner_.rest();
    if (!rest.empty() &&
        std::string_view(" \t\n;&|<>)\\").find(rest.front()) == std::string_view::npos)
      throw Unclear{};
    check_line(scanner_.from(begin_of_it));
    token('o', "(");
    for (const auto each : assignment.words) word_token(each);
    token('o', ")");
    if (!argument)
      command.assignments.push_back(std::move(assignment));
    else
      command.words.push_back(found);
  }

  void parentheses_of_function() {
    scanner_.skip(1);
    scanner_.skip_blanks();
    if (scanner_.next() != ')') throw Unclear{};
    scanner_.skip(1);
  }

  ShellCommand function(ShellCommand command, std::string_view name) {
    if (!is_made_of(name, "@._+-") || is_redirection_number(name)) throw Unclear{};
    command.kind = Kind::function;
    command.words = {name};
    skip_space();
    token('f', name);
    command.first_token = token_count();
    const bool top_level = std::exchange(top_level_, false);
    auto body = compound();
    if (!body) throw Unclear{};
    body->redirected = redirections();
    top_level_ = top_level;
    command.parts.push_back(std::move(*body));
    return finish(std::move(command));
  }

  /// "shopt -s extglob" is common, and can be followed. What else changes how the rest is read
  /// can't.
  void read_otherwise(const std::vector<std::string_view>& words) {
    if (words.front() == "shopt" && words.size() >= 3) {
      const bool sets = words[1] == "-s";
      if (!sets && words[1] != "-u") throw Unclear{};
      for (std::size_t i = 2; i < words.size(); ++i) {
        if (!is_one_of(words[i], {"extglob", "nullglob", "dotglob", "globstar", "nocasematch"}))
          throw Unclear{};
        if (words[i] == "extglob") scanner_.extended_patterns = sets;
      }
      return;
    }
    if (words.front() == "set" && words.size() == 2 &&
        is_one_of(words[1], {"-e", "+e", "-u", "+u", "-x", "+x"}))
      return;
    throw Unclear{};
  }

  std::size_t count_ = 0;
  bool top_level_ = false;
};

}  // namespace

ShellScript parse_shell(std::string_view text) {
  // The shell drops zeros, and makepkg refuses carriage returns.
  if (text.find('\0') != std::string_view::npos || text.find('\r') != std::string_view::npos)
    throw Unclear{};
  ShellScript script;
  ShellScanner scanner(text);
  script.commands = Parser(scanner, &script.tokens).script(true).parts;
  return script;
}

std::vector<std::string> command_tokens(std::string_view text, bool extended_patterns) {
  std::vector<std::string> tokens;
  ShellScanner scanner(text);
  scanner.extended_patterns = extended_patterns;
  Parser(scanner, &tokens).script(false);
  return tokens;
}

void skip_commands(ShellScanner& scanner) {
  Parser parser(scanner, nullptr);
  parser.list();
  parser.end();
}

}  // namespace pkgkiln::pacman
