#include <utility>

#include "core/base/text.hpp"
#include "core/pkgbuild/command_parser.hpp"

namespace pkgkiln::pacman {

namespace {

/// What changes how the rest of the script is read.
bool changes_reading(std::string_view word) {
  return is_one_of(word, {"alias", "unalias", "shopt", "set", "enable"});
}

bool declares(std::string_view word) {
  return is_one_of(word, {"declare", "typeset", "local", "export", "readonly", "eval"});
}

/// "name=", "name+=" and nothing else.
bool is_only_name(std::string_view word, std::size_t name_size) {
  return name_size > 0 && is_one_of(word.substr(name_size), {"=", "+="});
}

}  // namespace

ShellCommand CommandParser::simple() {
  auto command = begin(Kind::simple);
  if (ahead() == "function") {
    scanner_.skip(ahead().size());
    scanner_.skip_blanks();
    const auto name = word();
    scanner_.skip_blanks();
    if (scanner_.next() == '(') parentheses_of_function();
    return function(std::move(command), name);
  }
  bool assigns = true;
  // Wherever they stand, in the tokens they come last.
  std::vector<std::string> redirected;
  for (scanner_.skip_blanks(); !scanner_.at_end(); scanner_.skip_blanks()) {
    if (redirections(&redirected)) {
      command.redirected = true;
      continue;
    }
    if (scanner_.next() == '#') break;
    const auto found = word(assigns ? ShellScanner::At::command : ShellScanner::At::argument);
    if (found.empty()) break;
    const auto size = assigned_name(found);
    if (scanner_.next() == '(' && is_only_name(found, size)) {
      // Elsewhere the shell refuses it.
      if (!assigns && !declares(command.words.front())) throw Unclear{};
      array(command, found, size, !assigns);
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
  if (command.words.empty() && command.assignments.empty() && !command.redirected) throw Unclear{};
  append(redirected);
  if (top_level_ && !command.words.empty() && changes_reading(command.words.front()))
    read_otherwise(command.words);
  return finish(std::move(command));
}

void CommandParser::assignment(ShellCommand& command, std::string_view found, std::size_t size) {
  ShellAssignment assignment;
  assignment.name = found.substr(0, size);
  const auto equals = value_of(found, size, assignment);
  assignment.words = {found.substr(equals + 1)};
  command.assignments.push_back(std::move(assignment));
  token('a', found.substr(0, equals + 1));
  word_token(found.substr(equals + 1));
}

std::size_t CommandParser::value_of(std::string_view found, std::size_t size,
                                    ShellAssignment& assignment) {
  auto equals = size;
  if (found[size] == '[') {
    equals = found.find(']', size) + 1;
    assignment.index = found.substr(size + 1, equals - size - 2);
  }
  assignment.appends = found[equals] == '+';
  return equals + (assignment.appends ? 1 : 0);
}

void CommandParser::array(ShellCommand& command, std::string_view found, std::size_t size,
                          bool argument) {
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

void CommandParser::parentheses_of_function() {
  scanner_.skip(1);
  scanner_.skip_blanks();
  if (scanner_.next() != ')') throw Unclear{};
  scanner_.skip(1);
}

ShellCommand CommandParser::function(ShellCommand command, std::string_view name) {
  if (!is_made_of(name, "@._+-") || is_redirection_number(name)) throw Unclear{};
  command.kind = Kind::function;
  command.words = {name};
  skip_space();
  token('f', name);
  command.first_token = token_count();
  const bool top_level = std::exchange(top_level_, false);
  // "f() (…)" is the same as "f() { (…); }".
  const bool braced = ahead() == "{";
  if (!braced) token('k', "{");
  auto body = compound();
  if (!body) throw Unclear{};
  if (!braced) token('o', ";");
  if (!braced) token('k', "}");
  body->redirected = redirections();
  top_level_ = top_level;
  command.parts.push_back(std::move(*body));
  return finish(std::move(command));
}

void CommandParser::read_otherwise(const std::vector<std::string_view>& words) {
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

}  // namespace pkgkiln::pacman
