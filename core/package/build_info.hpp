#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/cancellation.hpp"

namespace pkgkiln::pacman {

/// What .BUILDINFO says of how a package was made (BUILDINFO(5), written by makepkg).
struct BuildInfo {
  std::string packager;
  std::int64_t build_date = 0;         // seconds since the epoch; 0: it says none
  std::vector<std::string> installed;  // "name-version-arch"

  static constexpr std::uint64_t longest = std::uint64_t{4} << 20U;

  /// Hostile input: takes what it can read.
  static BuildInfo parse(std::string_view text);
  /// That of a package file; empty where it holds none. Throws Error if it can't be read.
  static BuildInfo of(const std::filesystem::path& package,
                      const Cancellation& cancel = Cancellation::never());
};

/// The lines "key = value" of .BUILDINFO or .PKGINFO, in their order.
std::vector<std::pair<std::string_view, std::string_view>> metadata_lines(std::string_view text);

}  // namespace pkgkiln::pacman
