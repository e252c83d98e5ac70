#pragma once

#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/git/remotes.hpp"
#include "core/pacman/srcinfo.hpp"
#include "core/state/history.hpp"

namespace pkgkiln {

/// The sources that a VCS serves, with the commit that each is at now: none for one that is pinned
/// to a commit, that Git doesn't serve, or that can't be asked.
std::vector<RecordedSource> ask_sources(const pacman::SrcInfo& srcinfo, git::Remotes& remotes,
                                        const Cancellation& cancel);

/// Why a recorded source may be another one now; empty when it surely is the same.
std::string why_moved(const RecordedSource& recorded, git::Remotes& remotes,
                      const Cancellation& cancel);

}  // namespace pkgkiln
