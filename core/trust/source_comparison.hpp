#pragma once

#include <vector>

#include "core/trust/comparison.hpp"
#include "core/trust/recipe_pair.hpp"

namespace pkgkiln::trust {

/// What is fetched from elsewhere now, or not checked as it was before.
void compare_sources(const RecipePair& pair, RecipeChange& change);

}  // namespace pkgkiln::trust
