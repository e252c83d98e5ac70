#pragma once

#include <string>

#include "core/image/builder_image.hpp"

namespace pkgkiln {

/// The configured files of a recipe as a tar to unpack in /etc: a directory pkgkiln.conf with
/// those that aren't empty, all root's.
std::string recipe_files_as_tar(const ImageRecipe& recipe);

}  // namespace pkgkiln
