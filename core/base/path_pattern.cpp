#include "core/base/path_pattern.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace pkgkiln {

namespace {

constexpr std::string_view kAnyDirectories = "**";

/// Goes back to the last "*" alone where it fails, which is enough.
bool name_matches(std::string_view pattern, std::string_view name) {
  if (name.starts_with('.') && !pattern.starts_with('.')) return false;
  std::size_t at = 0, in_name = 0;
  std::size_t after_star = std::string_view::npos, from = 0;
  while (in_name < name.size() || at < pattern.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      after_star = ++at;
      from = in_name;
      continue;
    }
    if (at < pattern.size() && in_name < name.size()) {
      const bool as_it_is = pattern[at] == '\\' && at + 1 < pattern.size();
      const char wanted = pattern[as_it_is ? at + 1 : at];
      if ((wanted == '?' && !as_it_is) || wanted == name[in_name]) {
        at += as_it_is ? 2 : 1;
        ++in_name;
        continue;
      }
    }
    if (after_star == std::string_view::npos || from == name.size()) return false;
    at = after_star;
    in_name = ++from;
  }
  return true;
}

}  // namespace

PathPattern::PathPattern(std::string_view text) {
  const bool has_marks = text.find_first_of("*?") != std::string_view::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (has_marks && text[i] == '\\' && i + 1 < text.size() &&
        std::string_view("*?\\").find(text[i + 1]) != std::string_view::npos)
      ++i;
    else if (text[i] == '*' || text[i] == '?')
      is_path_ = false;
    path_ += text[i];
  }
  while (!is_path_ && !text.empty()) names_.emplace_back(take_until(text, '/'));
}

void PathPattern::skip_any_directories(std::vector<bool>& counts) const {
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (counts[i] && names_[i] == kAnyDirectories) counts[i + 1] = true;
}

std::vector<bool> PathPattern::matched_by(std::string_view path) const {
  std::vector<bool> counts(names_.size() + 1);
  counts[0] = true;
  skip_any_directories(counts);
  while (!path.empty()) {
    const auto name = take_until(path, '/');
    std::vector<bool> next(counts.size());
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!counts[i]) continue;
      if (names_[i] == kAnyDirectories)
        next[i] = next[i] || !name.starts_with('.');
      else if (name_matches(names_[i], name))
        next[i + 1] = true;
    }
    skip_any_directories(next);
    counts = std::move(next);
  }
  return counts;
}

bool PathPattern::matches(std::string_view path) const {
  return is_path_ ? path == path_ : matched_by(path).back();
}

bool PathPattern::reaches_below(std::string_view directory) const {
  if (is_path_)
    return directory.empty() ||
           (path_.starts_with(directory) && path_.substr(directory.size()).starts_with('/'));
  const auto counts = matched_by(directory);
  return std::find(counts.begin(), counts.end() - 1, true) != counts.end() - 1;
}

}  // namespace pkgkiln
