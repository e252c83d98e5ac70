#pragma once

#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/git/ask/remotes.hpp"
#include "core/job/job.hpp"
#include "core/journal/history.hpp"
#include "core/targets/packaging_source.hpp"

namespace pkgkiln {

/// What the host alone can tell of a mirrored commit for that arch: the .SRCINFO is believed only
/// while it agrees with the PKGBUILD in all that is used. Throws Error when there is no PKGBUILD.
Inspection inspect_on_host(const PackagingSource& source, const std::string& commit,
                           const Target& target, const std::string& arch);

/// Completes the job's inspection by what makepkg said of the same tree in an earlier build, where
/// makepkg would have to be asked.
void recall(Job& job, const History& history);
/// Remembers what makepkg said in this one. To be called once.
void remember(Job& job, History& history);

/// Why it is not for the job's arch; empty when it is, or nobody knows yet.
std::string why_not_for_machine(const Job& job);

/// As what the files of an inspected job are published.
struct Release {
  enum class Change {
    none,         // since that version was built, as far as is known
    unpublished,  // the files changed, but not the version
    bumped,       // so it gets another pkgrel
  };

  std::string version;
  Change change = Change::none;
  std::vector<pacman::PackageFileName> files;
};
/// It goes on from what is published of these files, or of earlier ones of their version.
Release release_of(const Job& job);

/// Why files that changed are not published.
std::string unpublished_change(const std::string& version, const std::string& repository);

/// The sources that a VCS serves, with the commit that each is at now: none for one that is pinned
/// to a commit, that Git doesn't serve, or that can't be asked. When the version moves, but by no
/// source of a VCS, then by something that only pkgver() knows: that is in the place of a source.
std::vector<RecordedSource> ask_sources(const Inspection& found, git::Remotes& remotes,
                                        const Cancellation& cancel);

/// The same sources, each with the commit that was found of it before and others without one: once
/// they are fetched it is too late to ask.
std::vector<RecordedSource> as_asked(const Inspection& found);

/// Why a recorded source may be another one now; empty when it surely is the same.
std::string why_moved(const RecordedSource& recorded, git::Remotes& remotes,
                      const Cancellation& cancel);

}  // namespace pkgkiln
