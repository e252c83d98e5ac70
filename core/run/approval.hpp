#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/ledger/ledger.hpp"
#include "core/repodb/distribution.hpp"
#include "core/targets/target.hpp"
#include "core/trust/gate.hpp"

namespace pkgkiln {

/// What a person says of a commit.
struct PersonalWord {
  std::string by, note;
  /// Rules that are to hold the target no more; nothing: those that held it no more before.
  std::optional<std::vector<std::string>> allowed = {};
};

/// Writes down that a person approved what was judged, with what held it. The names of its packages
/// are the target's from then on, where nobody else has them: neither another target nor, unless
/// the target owns it, the distribution. Throws Error where the judgement leaves open whose they
/// are to approve: the AUR could not be asked.
void approve(Ledger& ledger, const Target& target, const trust::Judgement& judged,
             const PersonalWord& word, const std::optional<pacman::Distribution>& distribution);

}  // namespace pkgkiln
