#include "core/package/package_name.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/package/version.hpp"

namespace pkgkiln::pacman {

namespace {

/// What a file name may be long on the file systems that a repository lies on.
constexpr std::size_t kMaxNameLength = 255;

/// The compressions that makepkg(8) knows for PKGEXT.
constexpr std::array<std::string_view, 11> kExtensions = {
    ".pkg.tar",     ".pkg.tar.gz",  ".pkg.tar.bz2", ".pkg.tar.xz", ".pkg.tar.zst", ".pkg.tar.lzo",
    ".pkg.tar.lrz", ".pkg.tar.lz4", ".pkg.tar.lz",  ".pkg.tar.Z",  ".pkg.tar.lzma"};

bool is_name_character(char c) {
  return is_alphanumeric(c) || std::string_view("@._+-").find(c) != std::string_view::npos;
}

/// As a pkgname, and with ':' for "lib:libfoo.so.1".
bool is_dependency_name(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.front() != '.' && text.front() != ':' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_name_character(c) || c == ':'; });
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

/// Takes "-<last>" off the end.
std::string_view take_last(std::string_view& text) {
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos) return {};
  const auto last = text.substr(dash + 1);
  text = text.substr(0, dash);
  return last;
}

}  // namespace

bool is_package_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameLength && text.front() != '-' &&
         text.front() != '.' && std::all_of(text.begin(), text.end(), is_name_character);
}

bool is_arch(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameLength &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '_'; });
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
