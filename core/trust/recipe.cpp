#include "core/trust/recipe.hpp"

#include <algorithm>

#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/pkgbuild/shell_parser.hpp"

namespace pkgkiln::trust {

namespace {

using pacman::ShellCommand;
using Kind = ShellCommand::Kind;

std::string joined(const pacman::ShellScript& script, std::size_t first, std::size_t last) {
  std::string result;
  for (auto i = first; i < last; ++i) result.append(script.tokens[i]) += '\n';
  return result;
}

/// ": ${name:=value}", in which every word is one.
bool only_defaults(const ShellCommand& command) {
  if (command.words.size() < 2 || command.words.front() != ":" || !command.assignments.empty())
    return false;
  return std::all_of(command.words.begin() + 1, command.words.end(),
                     [](std::string_view word) { return pacman::default_of(word).has_value(); });
}

}  // namespace

bool is_only_told(std::string_view path) {
  const auto name = lower_case(path);
  return is_one_of(path, {".SRCINFO", ".gitignore", ".nvchecker.toml", ".gitattributes",
                          ".editorconfig"}) ||
         name.starts_with("license") || name.starts_with("licence") ||
         name.starts_with("copying") || name.starts_with("readme") || name.starts_with("changelog");
}

Recipe::Recipe(const RecipeFiles& files, std::string_view carch) : files_(files) {
  const auto found = files.find("PKGBUILD");
  if (found == files.end())
    unreadable_ = "there is no PKGBUILD";
  else if (found->second.kind == RecipeFile::Kind::link)
    unreadable_ = "the PKGBUILD is a link";
  else if (found->second.content.size() > kLongestPkgbuild)
    unreadable_ = "the PKGBUILD is too long";
  else
    read(found->second.content, carch);
}

void Recipe::read(std::string_view text, std::string_view carch) {
  try {
    const auto script = pacman::parse_shell(text);
    // What is no UTF-8 the shell may read otherwise. In comments it hurts nobody.
    for (const auto& token : script.tokens)
      if (!is_utf8(token)) throw pacman::Unclear{};
    for (const auto& command : script.commands) take(command, script);
  } catch (const pacman::Unclear&) {
    unreadable_ = "the PKGBUILD can't be read without running it";
    return;
  }
  const pacman::PkgbuildText evaluated(text, carch);
  for (auto& [name, variable] : variables_) variable.value = evaluated.words(name);
  find_reached();
}

void Recipe::take(const ShellCommand& command, const pacman::ShellScript& script) {
  if (command.kind == Kind::function) {
    // What is defined twice is what comes last.
    functions_[std::string(command.words.front())] =
        joined(script, command.first_token, command.last_token);
  } else if (command.kind == Kind::simple && command.words.empty() && !command.redirected) {
    for (const auto& assignment : command.assignments) assign(assignment, false);
  } else if (command.kind == Kind::simple && only_defaults(command) && !command.redirected) {
    for (std::size_t i = 1; i < command.words.size(); ++i)
      assign(*pacman::default_of(command.words[i]), true);
  } else {
    code_.push_back(joined(script, command.first_token, command.last_token));
  }
}

void Recipe::assign(const pacman::ShellAssignment& assignment, bool by_default) {
  auto& variable = variables_[std::string(assignment.name)];
  assigned_.emplace_back(assignment.name);
  auto& text = variable.assignments;
  if (by_default) text += "default";
  if (!assignment.index.empty()) text.append("[").append(assignment.index) += ']';
  text += assignment.appends ? "+=" : "=";
  if (assignment.is_array) text += '(';
  for (const auto word : assignment.words) {
    const auto canonical = pacman::canonical_word(word, false);
    if (canonical.find("$(") != std::string::npos || canonical.find('`') != std::string::npos ||
        canonical.find("<(") != std::string::npos || canonical.find(">(") != std::string::npos ||
        canonical.find("@P}") != std::string::npos)
      variable.substituted.insert(canonical);
    text.append(canonical) += '\n';
  }
  if (assignment.is_array) text += ")\n";
}

const Recipe::Variable& Recipe::variable(const std::string& name) const {
  static const Variable unset{{}, {}, std::vector<std::string>()};
  const auto found = variables_.find(name);
  return found == variables_.end() ? unset : found->second;
}

std::vector<std::string> Recipe::with_arch(std::string_view name) const {
  std::vector<std::string> names;
  for (const auto& [each, variable] : variables_)
    if (each == name || (each.starts_with(name) && each[name.size()] == '_')) names.push_back(each);
  return names;
}

std::vector<std::string> Recipe::order(const std::string& name) const {
  const auto made_of = reached_from({name});
  std::vector<std::string> names;
  for (const auto& each : assigned_)
    if (made_of.contains(each)) names.push_back(each);
  return names;
}

void Recipe::find_reached() {
  auto texts = code_;
  for (const auto& [name, body] : functions_) texts.push_back(body);
  reached_ = reached_from(texts);
}

/// All names that the texts mention, and those that they are made of.
std::set<std::string> Recipe::reached_from(const std::vector<std::string>& texts) const {
  std::set<std::string> reached;
  std::vector<std::string> left;
  const auto reach = [&](std::string_view text) {
    for (const auto& name : pacman::names_in(text))
      if (reached.insert(name).second) left.push_back(name);
  };
  for (const auto& text : texts) reach(text);
  while (!left.empty()) {
    const auto name = std::move(left.back());
    left.pop_back();
    reach(variable(name).assignments);
  }
  return reached;
}

}  // namespace pkgkiln::trust
