#pragma once

#include <functional>
#include <string_view>

#include "core/base/stream.hpp"

namespace pkgkiln::pacman {

/// Whether an archive whose name ends so (".tar.zst", ".tar") can be written by this program alone:
/// for some compressions libarchive would start another one.
bool can_compress(std::string_view ending);

/// Passes what `write` gives to its sink on to `out`, compressed as the ending says. Throws Error,
/// and what the two throw.
void compress_as(std::string_view ending, const Sink& out,
                 const std::function<void(const Sink&)>& write);

}  // namespace pkgkiln::pacman
