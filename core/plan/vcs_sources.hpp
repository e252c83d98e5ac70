#pragma once

#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/git/ask/remotes.hpp"
#include "core/journal/history.hpp"
#include "core/pkgbuild/srcinfo.hpp"

namespace pkgkiln {

/// The sources that a VCS serves, with the commit that each is at now: none for one that is pinned
/// to a commit, that Git doesn't serve, or that can't be asked. When the version moves, but by no
/// source of a VCS, then by something that only pkgver() knows: that is in the place of a source.
std::vector<RecordedSource> ask_sources(const pacman::SrcInfo& srcinfo, bool moves,
                                        git::Remotes& remotes, const Cancellation& cancel);

/// The same sources, each with the commit that it had in `asked` and others without one: once they
/// are fetched it is too late to ask.
std::vector<RecordedSource> as_asked(const pacman::SrcInfo& srcinfo, bool moves,
                                     const std::vector<RecordedSource>& asked);

/// Why a recorded source may be another one now; empty when it surely is the same.
std::string why_moved(const RecordedSource& recorded, git::Remotes& remotes,
                      const Cancellation& cancel);

}  // namespace pkgkiln
