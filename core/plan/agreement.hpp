#pragma once

#include <string_view>

#include "core/pacman/pkgbuild_text.hpp"
#include "core/pacman/srcinfo.hpp"

namespace pkgkiln {

/// Whether the .SRCINFO, parsed for `arch`, can be believed: the PKGBUILD says the same in plain
/// words (pacman::PkgbuildText) of all that is used of it.
bool srcinfo_agrees(const pacman::SrcInfo& srcinfo, const pacman::PkgbuildText& pkgbuild,
                    std::string_view arch);

}  // namespace pkgkiln
