#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/journal/history.hpp"
#include "core/pkgbuild/srcinfo.hpp"
#include "core/run/package_owners.hpp"
#include "core/targets/packaging_source.hpp"
#include "core/trust/gate.hpp"

namespace pkgkiln {

/// A target of the AUR that a person looks at before it is built for the first time.
struct NewTarget {
  Target target;
  git::Tip tip;
  trust::Judgement judged;
  std::optional<pacman::SrcInfo> srcinfo;  // where it is believed

  /// As far as they can be read without running the PKGBUILD.
  std::vector<std::string> pkgnames() const;
  /// What it needs to be built, of whomever.
  std::vector<std::string> needs() const;
};

/// Fetches it as a run would. Throws Error.
NewTarget look_at(const Target& target, PackagingSources& sources, History& history,
                  const trust::Gate& gate, const std::string& arch, const Cancellation& cancel);

/// Throws UsageError for a package that has the name of one of the distribution's, or of another
/// target's.
void expect_free_names(const std::vector<NewTarget>& targets, const PackageOwners& owners);

}  // namespace pkgkiln
