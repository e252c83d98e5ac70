#pragma once

#include <string_view>

namespace pkgkiln::pacman {

/// Compares two versions "[epoch:]pkgver[-pkgrel]" as vercmp(8) does: <0, 0 or >0. A missing
/// pkgrel equals every pkgrel.
int compare_versions(std::string_view left, std::string_view right);

/// Whether the text is a full version as makepkg writes it into file names:
/// [epoch:]pkgver-pkgrel, pkgver without '-', ':', '/' and white space (PKGBUILD(5)).
bool is_full_version(std::string_view text);

}  // namespace pkgkiln::pacman
