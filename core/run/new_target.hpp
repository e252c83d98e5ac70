#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/journal/history.hpp"
#include "core/pkgbuild/srcinfo.hpp"
#include "core/repodb/distribution.hpp"
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
  std::vector<std::string> warnings = {};  // may hold control characters

  /// As far as they can be read without running the PKGBUILD.
  std::vector<std::string> pkgnames() const;
  /// What it needs to be built, of whomever.
  std::vector<std::string> needs() const;
};

/// What to think of before these files of a target are built for the first time.
std::vector<std::string> first_warnings(const Target& target, const trust::RecipeFiles& files,
                                        const std::optional<pacman::Distribution>& distribution,
                                        const std::string& arch);

/// Fetches it as a run would, but for the warnings. Throws Error.
NewTarget look_at(const Target& target, PackagingSources& sources, History& history,
                  const trust::Gate& gate, const std::string& arch, const Cancellation& cancel);

/// Throws UsageError for a package that has the name of one of the distribution's, or of another
/// target's.
void expect_free_names(const std::vector<NewTarget>& targets, const PackageOwners& owners);

}  // namespace pkgkiln
