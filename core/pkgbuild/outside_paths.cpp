#include "core/pkgbuild/outside_paths.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"

namespace pkgkiln::pacman {

namespace {

constexpr std::size_t kMost = 10;
constexpr std::size_t kLongest = 200;  // what is longer is no path
constexpr std::string_view kUp = "../";

/// "name() {", as nearly all are written.
bool begins_function(std::string_view line) {
  const auto name = line.substr(0, line.find('('));
  return is_made_of(trimmed(name), "_@.+-") && line.substr(name.size()).starts_with("()");
}

/// What ends a word of bash, or begins one.
bool parts_words(char c) {
  return std::string_view(" \t'\"=();&|<>`").find(c) != std::string_view::npos;
}

void take(std::string_view text, std::vector<std::string>& paths) {
  const std::string path(text.begin(), std::find_if(text.begin(), text.end(), parts_words));
  if (paths.size() < kMost && path.size() <= kLongest &&
      std::ranges::find(paths, path) == paths.end())
    paths.push_back(path);
}

bool follows_startdir(std::string_view before) {
  static constexpr std::array<std::string_view, 4> forms = {"$startdir/", "${startdir}/",
                                                            "$startdir\"/", "${startdir}\"/"};
  return std::ranges::any_of(forms, [&](auto form) { return before.ends_with(form); });
}

}  // namespace

std::vector<std::string> outside_paths(std::string_view pkgbuild) {
  std::vector<std::string> paths;
  bool in_function = false;
  while (!pkgbuild.empty()) {
    const auto line = take_until(pkgbuild, '\n');
    if (begins_function(line)) in_function = true;
    if (!trimmed(line).starts_with('#'))
      for (auto at = line.find(kUp); at != std::string_view::npos; at = line.find(kUp, at + 1)) {
        const auto before = line.substr(0, at);
        const bool begins_word = before.empty() || parts_words(before.back());
        if ((begins_word && !in_function) || follows_startdir(before)) take(line.substr(at), paths);
      }
    // Of a function on one line the next lines are outside again.
    if (line.starts_with('}') || (begins_function(line) && trimmed(line).ends_with('}')))
      in_function = false;
  }
  return paths;
}

}  // namespace pkgkiln::pacman
