#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/pacman/repository_database.hpp"
#include "core/publish/repository.hpp"
#include "core/publish/repository_lock.hpp"

namespace pkgkiln {

/// Offers the files of these entries, which lie in `directory`: a tar of kOfferedDirectory with
/// <section>.db and the packages, all root's. `hold` lives as long as the offer.
Offer offer_files(std::string section, std::filesystem::path directory,
                  pacman::RepositoryDatabase entries, std::shared_ptr<const RepositoryHold> hold);

}  // namespace pkgkiln
