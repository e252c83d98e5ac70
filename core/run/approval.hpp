#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/journal/history.hpp"
#include "core/ledger/ledger.hpp"
#include "core/pkgbuild/srcinfo.hpp"
#include "core/repodb/distribution.hpp"
#include "core/run/package_owners.hpp"
#include "core/targets/packaging_source.hpp"
#include "core/trust/gate.hpp"

namespace pkgkiln {

/// A target as a person looks at it who may approve it.
struct SeenTarget {
  Target target;
  git::Tip tip;
  trust::Judgement judged;
  std::optional<pacman::SrcInfo> srcinfo;  // where it is believed
  std::vector<std::string> warnings = {};  // may hold control characters

  /// As far as they can be read without running the PKGBUILD.
  std::vector<std::string> pkgnames() const;
  /// What one of the AUR needs to be built, of whomever.
  std::vector<std::string> needs() const;
};

/// Fetches what it is now, as a run would; without warnings. Throws Error.
SeenTarget look_at(const Target& target, PackagingSources& sources, History& history,
                   const trust::Gate& gate, const std::string& arch, const Cancellation& cancel);

/// What to think of before these files of a target are built for the first time.
std::vector<std::string> first_warnings(const Target& target, const trust::RecipeFiles& files,
                                        const std::optional<pacman::Distribution>& distribution,
                                        const std::string& arch);

/// Throws UsageError for a package that has the name of one of the distribution's, or of another
/// target's.
void expect_free_names(const std::vector<SeenTarget>& targets, const PackageOwners& owners);

/// What a person says of a commit.
struct PersonalWord {
  std::string by, note;
  /// Rules that are to hold the target no more; nothing: those that held it no more before.
  std::optional<std::vector<std::string>> allowed = {};
};

/// Writes down that a person approved what was seen, with what held it. The names of its packages
/// are the target's from then on, where nobody else has them: neither another target nor, unless
/// the target owns it, the distribution. Throws Error where the AUR could not say who maintains it.
void approve(Ledger& ledger, const SeenTarget& seen, const PersonalWord& word,
             const std::optional<pacman::Distribution>& distribution);

}  // namespace pkgkiln
