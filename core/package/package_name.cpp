#include "core/package/package_name.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/text.hpp"

namespace pkgkiln::pacman {

namespace {

/// The longest file name on the usual file systems.
constexpr std::size_t kMaxNameLength = 255;

/// The compressions that makepkg(8) knows for PKGEXT.
constexpr std::array<std::string_view, 11> kExtensions = {
    ".pkg.tar",     ".pkg.tar.gz",  ".pkg.tar.bz2", ".pkg.tar.xz", ".pkg.tar.zst", ".pkg.tar.lzo",
    ".pkg.tar.lrz", ".pkg.tar.lz4", ".pkg.tar.lz",  ".pkg.tar.Z",  ".pkg.tar.lzma"};

/// Like a pkgname, but may hold ':' as in "lib:libfoo.so.1".
bool is_dependency_name(std::string_view text) {
  return is_made_of(text, "@._+-:") && text.front() != '-' && text.front() != '.' &&
         text.front() != ':';
}

bool is_constraint_version(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c <= '~' && c != '/' && c != '<' && c != '>' && c != '=';
  });
}

std::string_view extension_of(std::string_view file_name) {
  const auto found = std::find_if(kExtensions.begin(), kExtensions.end(),
                                  [&](auto extension) { return file_name.ends_with(extension); });
  return found == kExtensions.end() ? std::string_view() : *found;
}

/// Removes "-<last>" from the end, and returns the last.
std::string_view take_last(std::string_view& text) {
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos) return {};
  const auto last = text.substr(dash + 1);
  text = text.substr(0, dash);
  return last;
}

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

/// Compares what is left of the two: letters are older than nothing ("1.0rc" < "1.0"), anything
/// else is newer ("1.0" < "1.0.1").
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

/// Where the pkgrel has its '.', or would have it.
std::size_t release_end(std::string_view version) {
  return std::min(version.find('.', version.rfind('-')), version.size());
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

bool is_release_of(std::string_view version, std::string_view own) {
  return version.substr(0, release_end(version)) == own.substr(0, release_end(own)) &&
         compare_versions(version, own) >= 0;
}

std::string next_release(std::string version) {
  const auto dot = release_end(version);
  if (dot == version.size()) return version + ".1";
  for (auto digit = version.size() - 1; digit > dot; --digit) {
    if (version[digit] != '9') {
      ++version[digit];
      return version;
    }
    version[digit] = '0';
  }
  return version.insert(dot + 1, "1");
}

bool is_package_name(std::string_view text) {
  return text.size() <= kMaxNameLength && is_made_of(text, "@._+-") && text.front() != '-' &&
         text.front() != '.';
}

std::vector<std::string> name_and_stems(std::string name) {
  static constexpr std::array<std::string_view, 17> suffixes{
      "-git",   "-svn",  "-hg", "-bzr", "-cvs",   "-darcs",   "-fossil",   "-bin",   "-appimage",
      "-alpha", "-beta", "-rc", "-dev", "-devel", "-nightly", "-unstable", "-latest"};
  std::vector<std::string> names{name};
  for (;;) {
    const auto found = std::ranges::find_if(suffixes, [&](std::string_view suffix) {
      return name.size() > suffix.size() && name.ends_with(suffix);
    });
    if (found == suffixes.end()) return names;
    name.resize(name.size() - found->size());
    names.push_back(name);
  }
}

bool is_arch(std::string_view text) {
  return text.size() <= kMaxNameLength && is_made_of(text, "_");
}

bool is_dependency(std::string_view text) {
  if (text.size() > kMaxNameLength) return false;
  const auto name_end = text.find_first_of("<>=");
  if (!is_dependency_name(text.substr(0, name_end))) return false;
  if (name_end == std::string_view::npos) return true;
  auto version = text.substr(name_end + 1);
  if (text[name_end] != '=' && version.starts_with('=')) version.remove_prefix(1);
  return is_constraint_version(version);
}

std::optional<PackageFileName> PackageFileName::parse(std::string_view file_name) {
  if (file_name.size() > kMaxNameLength) return std::nullopt;
  const auto extension = extension_of(file_name);
  if (extension.empty()) return std::nullopt;
  auto rest = file_name.substr(0, file_name.size() - extension.size());
  const auto arch = take_last(rest);
  const auto pkgrel = take_last(rest);
  const auto pkgver = take_last(rest);
  const auto version = std::string(pkgver) + "-" + std::string(pkgrel);
  if (!is_arch(arch) || !is_full_version(version) || !is_package_name(rest)) return std::nullopt;
  return PackageFileName{std::string(rest), version, std::string(arch), std::string(extension)};
}

bool is_database_heading(std::string_view line) {
  return line.size() > 2 && line.front() == '%' && line.back() == '%' &&
         std::all_of(line.begin() + 1, line.end() - 1,
                     [](char c) { return (c >= 'A' && c <= 'Z') || is_digit(c); });
}

}  // namespace pkgkiln::pacman
