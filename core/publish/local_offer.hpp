#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/publish/repository.hpp"
#include "core/publish/repository_lock.hpp"
#include "core/repodb/repository_database.hpp"

namespace pkgkiln {

/// The entries of a database that these dependencies ("foo>=2") ask for, with all that they depend
/// on in turn, as far as the database has it; in the order of their pkgnames.
pacman::RepositoryDatabase needed_entries(const pacman::RepositoryDatabase& database,
                                          const std::vector<std::string>& dependencies);

/// Offers the files of these entries, which lie in `directory`: a tar of kOfferedDirectory with
/// <section>.db and the packages, all root's. `hold` lives as long as the offer.
Offer offer_files(std::string section, std::filesystem::path directory,
                  pacman::RepositoryDatabase entries, std::shared_ptr<const RepositoryHold> hold);

}  // namespace pkgkiln
