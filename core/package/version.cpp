#include "core/package/version.hpp"

#include <algorithm>
#include <optional>

#include "core/base/text.hpp"

namespace pkgkiln::pacman {

namespace {

bool is_alpha(char c) {
  return is_alphanumeric(c) && !is_digit(c);
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

struct Parts {
  std::string_view epoch = "0";
  std::string_view version;
  std::optional<std::string_view> release;
};

Parts split(std::string_view text) {
  Parts parts;
  const auto colon =
      static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  if (colon < text.size() && text[colon] == ':') {
    if (colon > 0) parts.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (const auto dash = text.rfind('-'); dash != std::string_view::npos) {
    parts.release = text.substr(dash + 1);
    text = text.substr(0, dash);
  }
  parts.version = text;
  return parts;
}

/// Takes what the predicate holds for off the front.
std::string_view take_while(std::string_view& text, bool (*predicate)(char)) {
  const auto size = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), predicate) -
                                             text.begin());
  const auto taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

int sign(int value) {
  return value < 0 ? -1 : (value > 0 ? 1 : 0);
}

int compare_numbers(std::string_view left, std::string_view right) {
  left.remove_prefix(std::min(left.find_first_not_of('0'), left.size()));
  right.remove_prefix(std::min(right.find_first_not_of('0'), right.size()));
  if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
  return sign(left.compare(right));
}

/// What is left of one or both decides: letters are older than nothing ("1.0rc" < "1.0"),
/// anything else is newer ("1.0" < "1.0.1").
int compare_rests(std::string_view left, std::string_view right) {
  if (left.empty() && right.empty()) return 0;
  const bool left_older = left.empty() ? !is_alpha(right.front()) : is_alpha(left.front());
  return left_older ? -1 : 1;
}

/// Compares segment by segment, each all digits or all letters, with separators between them.
int compare_segments(std::string_view left, std::string_view right) {
  if (left == right) return 0;
  const auto is_separator = [](char c) { return !is_alphanumeric(c); };
  while (!left.empty() && !right.empty()) {
    const auto left_gap = take_while(left, is_separator).size();
    const auto right_gap = take_while(right, is_separator).size();
    if (left.empty() || right.empty()) break;
    if (left_gap != right_gap) return left_gap < right_gap ? -1 : 1;

    const bool numeric = is_digit(left.front());
    const auto left_segment = take_while(left, numeric ? is_digit : is_alpha);
    const auto right_segment = take_while(right, numeric ? is_digit : is_alpha);
    // A number is newer than letters in its place.
    if (right_segment.empty()) return numeric ? 1 : -1;
    const int result = numeric ? compare_numbers(left_segment, right_segment)
                               : sign(left_segment.compare(right_segment));
    if (result != 0) return result;
  }
  return compare_rests(left, right);
}

bool is_pkgver_character(char c) {
  return c > ' ' && c <= '~' && c != '-' && c != ':' && c != '/';
}

bool is_pkgrel(std::string_view text) {
  const auto dot = text.find('.');
  return all_digits(text.substr(0, dot)) &&
         (dot == std::string_view::npos || all_digits(text.substr(dot + 1)));
}

}  // namespace

int compare_versions(std::string_view left, std::string_view right) {
  const Parts a = split(left);
  const Parts b = split(right);
  if (const int epochs = compare_segments(a.epoch, b.epoch); epochs != 0) return epochs;
  if (const int versions = compare_segments(a.version, b.version); versions != 0) return versions;
  return a.release && b.release ? compare_segments(*a.release, *b.release) : 0;
}

bool is_full_version(std::string_view text) {
  if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    if (!all_digits(text.substr(0, colon))) return false;
    text.remove_prefix(colon + 1);
  }
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || dash == 0) return false;
  const auto pkgver = text.substr(0, dash);
  return std::all_of(pkgver.begin(), pkgver.end(), is_pkgver_character) &&
         is_pkgrel(text.substr(dash + 1));
}

}  // namespace pkgkiln::pacman
