#pragma once

#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/tar_writer.hpp"
#include "core/git/git.hpp"
#include "core/git/mirror/commit_tree.hpp"
#include "core/git/mirror/mirror_directory.hpp"

/// What a clone has beside the files of its commit.
namespace pkgkiln::git {

/// See Mirror::submodules(). The tree is of a commit in the mirror, whose location has no user.
std::vector<Submodule> submodules_of(CommitTree& tree, const MirrorDirectory& mirror,
                                     const std::string& location, const Cancellation& cancel);

/// See Mirror::add_git_directory().
void add_git_directory(const MirrorDirectory& mirror, const std::string& commit,
                       const std::string& branch, const std::string& location, TarWriter& tar,
                       const Cancellation& cancel);

}  // namespace pkgkiln::git
