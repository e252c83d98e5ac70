#pragma once

#include <string_view>

#include "core/pacman/srcinfo.hpp"

namespace pkgkiln {

/// Whether the .SRCINFO can be believed for planning a build: the PKGBUILD sets the same pkgver,
/// pkgrel, epoch, pkgbase, pkgname and arch in plain words (pacman::PkgbuildText).
bool srcinfo_agrees(const pacman::SrcInfo& srcinfo, std::string_view pkgbuild);

}  // namespace pkgkiln
