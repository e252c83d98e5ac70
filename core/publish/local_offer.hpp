#pragma once

#include <filesystem>
#include <string>

#include "core/pacman/repository_database.hpp"
#include "core/publish/repository.hpp"

namespace pkgkiln {

/// Offers the files of these entries, which lie in `directory`: a tar of kOfferedDirectory with
/// <section>.db and the packages, all root's.
Offer offer_files(std::string section, std::filesystem::path directory,
                  pacman::RepositoryDatabase entries);

}  // namespace pkgkiln
