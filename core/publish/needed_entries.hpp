#pragma once

#include <string>
#include <vector>

#include "core/pacman/repository_database.hpp"

namespace pkgkiln {

/// The entries of a database that these dependencies ("foo>=2") ask for, with all that they depend
/// on in turn, as far as the database has it; in the order of their pkgnames.
pacman::RepositoryDatabase needed_entries(const pacman::RepositoryDatabase& database,
                                          const std::vector<std::string>& dependencies);

}  // namespace pkgkiln
