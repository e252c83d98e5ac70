#pragma once

#include <cstdint>
#include <string>

#include "core/git/ask/remote.hpp"
#include "core/git/git.hpp"
#include "core/git/mirror/mirror_directory.hpp"

namespace pkgkiln::git {

/// How much is fetched of what leads to a commit. A server that can't bound it gives all it has.
struct Extent {
  int depth = 1;
  bool commits_only = false;       // without files, where the server leaves them out
  std::uint64_t largest_pack = 0;  // 0: as large as git's files may be
};

/// Fetches a commit by its id into a ref of the mirror. What a fetch that was ended left behind is
/// removed before and after.
Result fetch_commit(const std::string& ref, const MirrorDirectory& mirror, const Remote& remote,
                    const std::string& commit, const Extent& extent, const Cancellation& cancel);

/// By the commit, git need not ask what the ref names. Where the server doesn't give that, by the
/// ref: then it is what that names now.
Result fetch_tip(const MirrorDirectory& mirror, const Remote& remote, const Tip& tip,
                 const Extent& extent, const Cancellation& cancel);

/// Whether it may be that commit alone that the remote doesn't give.
bool may_be_the_commit(const Result& failed);

}  // namespace pkgkiln::git
