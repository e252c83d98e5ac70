#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/ledger/ledger.hpp"
#include "core/trust/recipe.hpp"
#include "core/trust/rules.hpp"

namespace pkgkiln::trust {

/// A commit that a source is pinned to now, and was not before.
struct PinnedCommit {
  std::string url, commit;

  bool operator==(const PinnedCommit&) const = default;
};

struct RecipeChange {
  std::vector<Finding> findings;     // in the order of the rules
  std::vector<std::string> told;     // what is worth knowing, but nothing to wait for
  std::vector<PinnedCommit> pinned;  // upstream has to be asked for
};

using IsKnown = std::function<bool(const std::string& dependency)>;

/// What in new packaging files is more than another version of the old ones: what runs, is
/// fetched, shipped or trusted is another. Values that are made anew for each version (versions,
/// checksums, hashes) may be. `is_known` tells whether the distribution, or an approved target, has
/// a package that a dependency names. Pure; linear in the length of the files.
RecipeChange compare(const Recipe& before, const Recipe& after, const IsKnown& is_known);

/// Only tells of what is left to somebody who is trusted with his own package: functions, as long
/// as they use no other programs that reach the network or run code; variables; files that are no
/// programs.
void trust_maintainer(RecipeChange& change, const Recipe& before, const Recipe& after);

/// What is to be seen about who stands behind a package base now. Whoever left is no finding; an
/// orphan is one only when its files are others.
std::vector<Finding> compare_people(const People& approved, const People& now, bool files_differ);

}  // namespace pkgkiln::trust
