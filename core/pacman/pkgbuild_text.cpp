#include "core/pacman/pkgbuild_text.hpp"

#include <algorithm>
#include <array>

#include "core/base/characters.hpp"
#include "core/pacman/shell_words.hpp"
#include "core/pacman/text.hpp"

namespace pkgkiln::pacman {

namespace {

bool is_identifier(char c) {
  return is_alphanumeric(c) || c == '_';
}

/// Whether the line, which begins in the first column, begins a function: "name() {",
/// "name () (", "function name {".
bool begins_function(std::string_view line) {
  if (line.starts_with("function ")) return true;
  const auto name = line.substr(0, line.find('('));
  if (name.size() == line.size() || !is_made_of(trimmed(name), "@._+-")) return false;
  return trimmed(line.substr(name.size() + 1)).starts_with(')');
}

/// Whether the function that begins in this line ends in it: "name() { true; }".
bool is_whole_function(std::string_view line) {
  const auto end = trimmed(line.substr(0, line.find(" #")));
  return end.ends_with('}') || (end.ends_with(')') && !end.ends_with("()"));
}

/// Whether the line is a command that may set any variable or function, from elsewhere.
bool reads_others(std::string_view line) {
  static constexpr std::array<std::string_view, 6> kCommands = {".",    "source", "eval",
                                                                "read", "unset",  "mapfile"};
  const auto command = trimmed(line);
  return std::find(kCommands.begin(), kCommands.end(),
                   command.substr(0, command.find_first_of(" \t"))) != kCommands.end();
}

/// Whether what stands around a name at this place of the line may change the variable: "name=",
/// "name+=", "name[0]=", "name++", but not "$name=" and "${name[0]}".
bool may_change(std::string_view before, std::string_view after) {
  if (!before.empty() && (is_identifier(before.back()) || before.back() == '$')) return false;
  if (after.starts_with('[')) return !before.ends_with("${");
  return after.starts_with('=') || after.starts_with("+=") || after.starts_with("-=") ||
         after.starts_with("++") || after.starts_with("--");
}

bool may_change(std::string_view line, std::string_view name, std::size_t from) {
  for (auto at = line.find(name, from); at != std::string_view::npos;
       at = line.find(name, at + name.size()))
    if (may_change(line.substr(0, at), line.substr(at + name.size()))) return true;
  return false;
}

}  // namespace

PkgbuildText::PkgbuildText(std::string_view text) : text_(text) {
  bool in_function = false;
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
    end = std::min(text.find('\n', begin), text.size());
    const auto line = text.substr(begin, end - begin);
    if (trimmed(line).empty() || trimmed(line).front() == '#') continue;
    const bool begins = !in_function && begins_function(line);
    lines_.push_back({begin, line, in_function || begins});
    if (begins)
      in_function = !is_whole_function(line);
    else if (in_function)
      in_function = line.front() != '}' && line.front() != ')';
    else
      reads_others_ = reads_others_ || reads_others(line);
  }
  // Then what seemed to be a function wasn't one.
  if (in_function) reads_others_ = true;
}

std::optional<std::string_view> PkgbuildText::assigned(std::string_view name) const {
  if (reads_others_) return std::nullopt;
  std::optional<std::string_view> found;
  for (const auto& line : lines_) {
    // One within a function may be a package's own; in the first column it may be outside.
    const bool sets = line.text.starts_with(name) && may_change({}, line.text.substr(name.size()));
    if (!line.in_function && may_change(line.text, name, sets ? name.size() : 0))
      return std::nullopt;
    if (!sets) continue;
    if (found || line.text[name.size()] != '=') return std::nullopt;
    found = text_.substr(line.begin + name.size() + 1);
  }
  return found ? found : std::string_view();
}

std::optional<std::string> PkgbuildText::word(std::string_view name) const {
  const auto value = assigned(name);
  return value ? read_shell_word(*value) : std::nullopt;
}

std::optional<std::vector<std::string>> PkgbuildText::words(std::string_view name) const {
  const auto value = assigned(name);
  if (!value) return std::nullopt;
  if (value->empty()) return std::vector<std::string>();
  return read_shell_array(*value);
}

bool PkgbuildText::may_have_pkgver_function() const {
  if (reads_others_) return true;
  return std::any_of(lines_.begin(), lines_.end(), [](const Line& line) {
    std::string squeezed;
    for (const char c : line.text)
      if (c != ' ' && c != '\t') squeezed += c;
    return squeezed.starts_with("pkgver()") || squeezed.starts_with("functionpkgver");
  });
}

}  // namespace pkgkiln::pacman
