#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/journal/history.hpp"
#include "core/pkgbuild/srcinfo.hpp"
#include "core/targets/packaging_source.hpp"

namespace pkgkiln {

/// What was found out about a PKGBUILD, as far as it was.
struct Inspected {
  std::string commit;  // whose files are mirrored on the host
  std::string tree;    // names the content of the PKGBUILD's directory; may be unknown
  bool moves = false;  // there is a pkgver(), so the version is known only after the fetch
  std::optional<pacman::SrcInfo> srcinfo;
  bool asked = false;           // makepkg itself said it, not the .SRCINFO that is there
  bool remembered = false;      // that is what makepkg said of this very tree in an earlier build
  std::string said;             // what makepkg said of it in this one, if it was asked
  std::string srcinfo_problem;  // why the .SRCINFO that is there can't be used, if it can't be read
  std::vector<RecordedSource> vcs_sources;
};

/// What the host alone can tell of a mirrored commit: the .SRCINFO is believed only while it agrees
/// with the PKGBUILD in all that is used. Throws Error when there is no PKGBUILD.
Inspected inspect_on_host(const PackagingSource& source, const std::string& commit,
                          const std::string& path);

/// Completes that by what makepkg said of the same tree in an earlier build, where makepkg would
/// have to be asked.
void recall(Inspected& found, const std::string& target, const History& history);
/// Remembers what makepkg said in this one. To be called once.
void remember(Inspected& found, const std::string& target, History& history);

}  // namespace pkgkiln
