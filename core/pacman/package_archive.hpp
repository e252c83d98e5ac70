#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/file_stamp.hpp"
#include "core/pacman/package_name.hpp"
#include "core/pacman/pkginfo.hpp"

namespace pkgkiln::pacman {

/// What may be spent on reading packages, those of a set together.
struct PackageLimits {
  std::uint64_t unpacked = std::uint64_t{64} << 30U;  // bytes
  std::uint64_t listed = std::uint64_t{64} << 20U;  // bytes of memory, of the lists of their files
  Cancellation cancel = Cancellation::never();
};

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
  std::uint64_t unpacked = 0;      // bytes, of the tar that is in it
  std::uint64_t listed = 0;        // bytes of memory, of `files`

  /// Reads the file as hostile input: what is accepted is less than what pacman and we can read of
  /// a database, and is what pacman would install from it. Throws Error that names the file and
  /// what is wrong with it. `file_name` is the name that it was given by makepkg, when `path` has
  /// another.
  static PackageArchive read(const std::filesystem::path& path, const std::string& file_name = {},
                             const PackageLimits& limits = {});
  /// Several, which share the limits.
  static std::vector<PackageArchive> read_set(const std::vector<std::filesystem::path>& paths,
                                              PackageLimits limits);
};

}  // namespace pkgkiln::pacman
