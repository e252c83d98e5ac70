#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/file_stamp.hpp"
#include "core/pacman/package_name.hpp"
#include "core/pacman/pkginfo.hpp"

namespace pkgkiln::pacman {

/// A package file on disk that was read to its end and found sound: its name parses and agrees
/// with its own .PKGINFO, and the archive is whole. The only kind that a Repository takes.
struct PackageArchive {
  std::filesystem::path path;
  PackageFileName name;
  PkgInfo info;
  std::uint64_t size = 0;  // bytes, of the file
  std::string sha256;
  std::optional<FileStamp> stamp;  // as long as the file has it, it has that content
  std::vector<std::string> files;  // as in the .files database: sorted, directories end in '/'

  /// Reads the file as hostile input (bounded .PKGINFO, bounded number and length of names).
  /// Throws Error that names the file and what is wrong with it. `file_name` is the name that it
  /// was given by makepkg, when `path` has another.
  static PackageArchive read(const std::filesystem::path& path, const std::string& file_name = {});
};

}  // namespace pkgkiln::pacman
