#pragma once

#include <filesystem>
#include <string>

#include "core/base/cancellation.hpp"
#include "core/git/mirror/mirror_directory.hpp"
#include "core/git/user_config.hpp"

/// A folder on the disk, taken for a commit of what lies in it now, whether somebody committed it
/// or not. Left out is what git ignores there, and what makepkg leaves beside a PKGBUILD unless git
/// tracks it: src/, pkg/, packages, logs and bare clones. Repositories within the folder are looked
/// into; a folder that is in no repository is looked at as if it were a new one.
namespace pkgkiln::git {

/// The names of objects in its mirror have so many digits.
inline constexpr std::size_t kFolderIdLength = 64;

/// The id that this commit has: the same as long as the content is. Reads all of it. Throws Error
/// where it can't be read, or git doesn't trust a repository's owner (see safe.directory).
std::string commit_of_folder(const std::filesystem::path& folder, const Config& config,
                             const Cancellation& cancel);

/// Writes that commit, of what lies there now, into an empty or earlier mirror, under that ref.
/// Returns its id.
std::string import_folder(const std::filesystem::path& folder, const Config& config,
                          const MirrorDirectory& mirror, const std::string& ref,
                          const Cancellation& cancel);

}  // namespace pkgkiln::git
