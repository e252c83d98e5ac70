#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

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

  /// The longest .PKGINFO, in bytes. It and each of its lines stay far below the longest line that
  /// pacman reads of a database (512 KiB), and what we read of one.
  static constexpr std::size_t longest = std::size_t{256} << 10U;

  /// Hostile input: throws Error for a missing pkgname, pkgver or arch, for names and versions
  /// outside their grammars, for control characters, for lines and numbers that pacman can't cope
  /// with.
  static PkgInfo parse(std::string_view text);
};

}  // namespace pkgkiln::pacman
