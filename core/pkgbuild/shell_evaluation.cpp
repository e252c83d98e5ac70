#include "core/pkgbuild/shell_evaluation.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"

namespace pkgkiln::pacman {

namespace {

using Kind = ShellCommand::Kind;

/// A variable that the shell itself sets, or makepkg, whose values are nobody's to know.
bool is_of_shell(std::string_view name) {
  static constexpr std::array<std::string_view, 24> names = {
      "CARCH", "CHOST",    "COLUMNS", "DIRSTACK", "EPOCHREALTIME", "EPOCHSECONDS",
      "EUID",  "FUNCNAME", "GROUPS",  "HISTCMD",  "HOSTNAME",      "LINENO",
      "LINES", "MAPFILE",  "OLDPWD",  "OPTARG",   "OPTIND",        "PIPESTATUS",
      "PPID",  "PWD",      "RANDOM",  "REPLY",    "SECONDS",       "SRANDOM"};
  return name == "UID" || name == "_" || name.starts_with("BASH") || name.starts_with("COMP_") ||
         std::find(names.begin(), names.end(), name) != names.end();
}

/// One that changes how the shell reads and expands.
bool changes_shell(std::string_view name) {
  return is_one_of(name, {"IFS", "POSIXLY_CORRECT", "BASH_COMPAT", "GLOBIGNORE", "SHELLOPTS",
                          "BASHOPTS", "LANG", "LC_ALL", "LC_CTYPE", "LC_COLLATE"});
}

/// Programs, and commands of the shell, that set no variable here. Of other names it can't be told
/// whether they are functions of makepkg.
bool changes_nothing(std::string_view name) {
  return is_one_of(
      name, {"echo",  "cat",    "grep",  "sed",  "awk",   "head",     "tail",    "tr",   "cut",
             "uname", "date",   "git",   "curl", "wget",  "basename", "dirname", "ls",   "sort",
             "which", "pacman", "mkdir", "rm",   "touch", "false",    "msg",     "msg2", "warning",
             "type",  "hash",   "sleep", "tput", "id",    "nproc",    "plain"});
}

/// Of an array the first element.
void set_scalar(ShellVariable& variable, bool appends, const std::optional<std::string>& word) {
  if (!appends && !variable.is_array) variable = {};
  variable.known = variable.known && word;
  if (!word) return;
  if (variable.words.empty()) variable.words.emplace_back();
  auto& first = variable.words.front();
  first = appends ? first + *word : *word;
  if (first.size() > ShellEvaluation::kMostBytes) throw Unclear{};
}

}  // namespace

void set_array(ShellVariable& variable, bool appends,
               const std::optional<std::vector<std::string>>& words) {
  if (!appends) variable = {};
  variable.is_array = true;
  variable.known = variable.known && words;
  if (words) variable.words.insert(variable.words.end(), words->begin(), words->end());
  std::size_t bytes = 0;
  for (const auto& word : variable.words) bytes += word.size();
  if (bytes > ShellEvaluation::kMostBytes) throw Unclear{};
}

void ShellEvaluation::run(const std::vector<ShellCommand>& commands) {
  run_list(commands);
}

ShellEvaluation::Status ShellEvaluation::run_list(const std::vector<ShellCommand>& commands) {
  Status status = true;
  for (const auto& command : commands) status = run(command);
  return status;
}

ShellEvaluation::Status ShellEvaluation::run(const ShellCommand& command) {
  if (steps_left_-- == 0) throw Unclear{};
  switch (command.kind) {
    case Kind::simple:
      return run_simple(command);
    case Kind::function: {
      auto& function = functions_[std::string(command.words.front())];
      if (unsure_ > 0 || command.parts.front().redirected) throw Unclear{};
      function = &command;
      return true;
    }
    case Kind::branch:
      return run_branch(command);
    case Kind::each:
      run_each(command);
      return std::nullopt;
    case Kind::choice:
      return run_choice(command);
    case Kind::group:
      return run_list(command.parts);
    case Kind::both:
    case Kind::either:
      return run_pair(command);
    case Kind::negation: {
      const auto status = run(command.parts.front());
      return status ? Status(!*status) : status;
    }
    case Kind::test: {
      std::size_t at = 0;
      const auto status = test(command.words, at, 0);
      if (at != command.words.size()) throw Unclear{};
      return status;
    }
    case Kind::enclosed:
      return std::nullopt;
    case Kind::other:
      throw Unclear{};
  }
  throw Unclear{};
}

ShellEvaluation::Status ShellEvaluation::run_branch(const ShellCommand& command) {
  const auto& parts = command.parts;
  int began = 0;
  Status status = true;
  for (std::size_t i = 0; i < parts.size(); i += 2) {
    if (i + 1 == parts.size()) {  // "else"
      status = run(parts[i]);
      break;
    }
    const auto condition = run(parts[i]);
    if (condition == false) continue;
    if (condition == true) {
      status = run(parts[i + 1]);
      break;
    }
    // From here on it may be none of the rest.
    ++unsure_;
    ++began;
    run(parts[i + 1]);
  }
  unsure_ -= began;
  return began == 0 ? status : std::nullopt;
}

ShellEvaluation::Status ShellEvaluation::run_choice(const ShellCommand& command) {
  const auto value = shell_.scalar(command.words.front());
  bool all_told = value && !command.falls_through;
  for (std::size_t i = 0; all_told && i < command.parts.size(); ++i)
    for (const auto pattern : command.patterns[i]) {
      const auto matches = shell_.matches(*value, pattern);
      if (!matches) all_told = false;
      if (matches == true) return run(command.parts[i]);
    }
  if (all_told) return true;
  ++unsure_;
  for (const auto& part : command.parts) run(part);
  --unsure_;
  return std::nullopt;
}

ShellEvaluation::Status ShellEvaluation::run_pair(const ShellCommand& command) {
  const bool both = command.kind == Kind::both;
  const auto left = run(command.parts.front());
  if (left && *left != both) return left;
  if (left) return run(command.parts.back());
  ++unsure_;
  run(command.parts.back());
  --unsure_;
  return std::nullopt;
}

void ShellEvaluation::run_each(const ShellCommand& command) {
  const auto values = shell_.list({command.words.begin() + 1, command.words.end()});
  const auto name = command.words.front();
  if (!values) {
    // However often: what is appended to something unknown is so too.
    ++unsure_;
    set_scalar(variable(name), false, std::nullopt);
    run(command.parts.front());
    run(command.parts.front());
    --unsure_;
    return;
  }
  for (const auto& value : *values) {
    set_scalar(variable(name), false, unsure_ > 0 ? std::nullopt : std::optional(value));
    run(command.parts.front());
  }
}

/// For whoever sets it. What it may not come to leaves it unknown.
ShellVariable& ShellEvaluation::variable(std::string_view name) {
  if (changes_shell(name)) throw Unclear{};
  return variables_[std::string(name)];
}

void ShellEvaluation::assign(const ShellAssignment& assignment) {
  auto& it = variable(assignment.name);
  if (!assignment.index.empty()) {
    const auto index = whole_number(assignment.index);
    if (!index || *index < 0) throw Unclear{};
    const auto value = shell_.scalar(assignment.words.front());
    const auto at = static_cast<std::size_t>(*index);
    if (!value || !it.known || at > it.words.size()) {
      it.known = false;
    } else {
      if (at == it.words.size()) it.words.emplace_back();
      it.words[at] = (assignment.appends ? it.words[at] : "") + *value;
      it.is_array = true;
    }
  } else if (assignment.is_array) {
    set_array(it, assignment.appends, shell_.list(assignment.words));
  } else {
    set_scalar(it, assignment.appends, shell_.scalar(assignment.words.front()));
  }
  if (unsure_ > 0 || is_of_shell(assignment.name)) it.known = false;
}

ShellEvaluation::Status ShellEvaluation::run_simple(const ShellCommand& command) {
  if (command.words.empty()) {
    for (const auto& assignment : command.assignments) assign(assignment);
    return std::nullopt;
  }
  if (!command.assignments.empty()) throw Unclear{};
  const auto name = shell_.scalar(command.words.front());
  if (!name) throw Unclear{};
  return run_builtin(*name, command);
}

ShellEvaluation::Status ShellEvaluation::run_builtin(const std::string& name,
                                                     const ShellCommand& command) {
  if (const auto found = functions_.find(name); found != functions_.end())
    return call(*found->second, command);
  if (name == ":" || name == "true") {
    for (std::size_t i = 1; i < command.words.size(); ++i) assign_default(command.words[i]);
    return true;
  }
  if (name == "[" || name == "test") return bracket(command);
  if (is_one_of(name, {"export", "declare", "typeset", "readonly"})) {
    declare(command);
    return true;
  }
  if (name == "unset") {
    unset(command);
    return true;
  }
  // Those of them that matter here are refused where the text is read.
  if (name == "shopt" && command.words.size() == 3 && command.words.back() == "extglob")
    return std::nullopt;
  if (!changes_nothing(name)) throw Unclear{};
  for (const auto word : command.words) shell_.scalar(word);  // for what it may do
  return name == "false" ? Status(false) : std::nullopt;
}

/// Of a function that changes variables, and takes no arguments: they are unknown.
ShellEvaluation::Status ShellEvaluation::call(const ShellCommand& function,
                                              const ShellCommand& command) {
  const auto& body = function.parts.front();
  if (command.words.size() > 1 || ++calls_ > kDeepestCalls) throw Unclear{};
  const auto status = run(body);
  --calls_;
  return status;
}

/// "${name:=value}", "${name=value}"
void ShellEvaluation::assign_default(std::string_view word) {
  const auto assignment = default_of(word);
  if (!assignment) return void(shell_.scalar(word));
  const auto value = shell_.scalar(assignment->words.front());
  const auto known = shell_.known(assignment->name);
  const bool unless_empty = !assignment->index.empty();
  if (known && !known->empty() && !(unless_empty && known->front().empty())) return;
  auto& it = variable(assignment->name);
  set_scalar(it, false, known ? value : std::nullopt);
  if (unsure_ > 0 || is_of_shell(assignment->name)) it.known = false;
}

void ShellEvaluation::declare(const ShellCommand& command) {
  for (std::size_t i = 1; i < command.words.size(); ++i) {
    const auto word = command.words[i];
    const auto size = assigned_name(word);
    if (size == 0) {
      // Options may give a variable a nature of its own.
      if (word != "-r" && word != "-x" && word != "-g" && word != "-a" && word != "-A" &&
          name_at_start(word) != word)
        throw Unclear{};
      continue;
    }
    auto& it = variable(word.substr(0, size));
    const auto value = word.substr(size);
    // Of an array only its name is here.
    if (value == "=" || value.size() < 2 || value.front() != '=')
      it.known = false;
    else
      set_scalar(it, false, shell_.scalar(value.substr(1)));
    if (unsure_ > 0 || is_of_shell(word.substr(0, size))) it.known = false;
  }
}

void ShellEvaluation::unset(const ShellCommand& command) {
  for (std::size_t i = 1; i < command.words.size(); ++i) {
    const auto word = command.words[i];
    if (word == "-v") continue;
    if (name_at_start(word) != word || word.empty() || functions_.contains(word)) throw Unclear{};
    auto& it = variable(word);
    it = {};
    if (unsure_ > 0 || is_of_shell(word)) it.known = false;
  }
}

}  // namespace pkgkiln::pacman
