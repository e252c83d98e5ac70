#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pkgkiln::pacman {

/// The paths that a PKGBUILD names outside its own directory, as far as a look at its text tells:
/// what begins with "../" outside of its functions, where makepkg reads it in that directory, and
/// what is above $startdir. At most ten, each once.
std::vector<std::string> outside_paths(std::string_view pkgbuild);

}  // namespace pkgkiln::pacman
