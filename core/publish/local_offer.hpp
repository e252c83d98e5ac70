#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/publish/repository.hpp"
#include "core/publish/repository_lock.hpp"
#include "core/repodb/repository_database.hpp"

namespace pkgkiln {

/// The entries of a database that satisfy these dependencies ("foo>=2"), and those that they depend
/// on in turn, as far as the database has them.
pacman::RepositoryDatabase needed_entries(const pacman::RepositoryDatabase& database,
                                          const std::vector<std::string>& dependencies);

/// Offers the files of these entries in `directory`: a tar of kOfferedDirectory with <section>.db
/// and the packages, owned by root. `hold` lives as long as the offer.
Offer offer_files(std::string section, std::filesystem::path directory,
                  pacman::RepositoryDatabase entries,
                  std::shared_ptr<const SharedRepositoryLock> hold);

}  // namespace pkgkiln
