#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/package/package_name.hpp"

namespace pkgkiln::pacman {

/// What .PKGINFO says, the metadata inside a package file (written by makepkg's write_pkginfo).
struct PkgInfo {
  std::string pkgname;
  std::string pkgbase;
  std::string version;  // its key is "pkgver": [epoch:]pkgver-pkgrel
  std::string description;
  std::string url;
  std::string packager;
  std::string arch;
  std::int64_t build_date = 0;       // seconds since the epoch
  std::uint64_t installed_size = 0;  // bytes
  std::vector<std::string> groups, licenses, replaces, depends, conflicts, provides;
  std::vector<std::string> optdepends, makedepends, checkdepends;

  /// The longest .PKGINFO, in bytes: far below the longest line that pacman reads in a database
  /// (512 KiB), and below what we read.
  static constexpr std::size_t longest = std::size_t{256} << 10U;

  /// Hostile input: throws Error for a missing pkgname, pkgver or arch, for names and versions
  /// outside their grammars, for control characters, and for lines and numbers that pacman can't
  /// handle.
  static PkgInfo parse(std::string_view text);
};

/// Bounds on reading packages; a set shares them.
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

  /// Reads the file as hostile input. Accepts only what pacman would read in the same way, within
  /// limits below those of pacman and of our databases. Throws Error that names the file and what
  /// is wrong with it. `file_name` is the name that makepkg gave the file, if `path` has another.
  static PackageArchive read(const std::filesystem::path& path, const std::string& file_name = {},
                             const PackageLimits& limits = {});
  /// Reads several packages, which share the limits.
  static std::vector<PackageArchive> read_set(const std::vector<std::filesystem::path>& paths,
                                              PackageLimits limits);
};

}  // namespace pkgkiln::pacman
