#pragma once

#include <string>
#include <vector>

#include "core/trust/gate.hpp"
#include "core/trust/recipe_diff.hpp"

/// What a person is shown of a change that is held.
namespace pkgkiln::cli {

struct Review {
  std::string target, commit;
  trust::Judgement judged;
  trust::RecipeDiff diff;
  std::vector<std::string> warnings;  // of what was never approved; may hold control characters
};

enum class Shown {
  files,    // which ones changed, and by how much
  changes,  // all lines that changed, or that `diff` holds
};

/// What is said of it, and below it the difference, as `diff -u` has it, with a blank line between
/// two of them. `user` is "you".
std::string review_text(const Review& review, Shown shown, const std::string& user, bool coloured);

/// {"targets": [{"target", "commit", "approved": the commit that it is compared with or "",
///   "approved_by", "approved_at": seconds of the epoch or 0, "barred": why a person does not want
///   it or "", "deferred": why it can't be told now or "", "findings": [{"rule", "what"}],
///   "told": [], "warnings": [], "words": [], "files": [{"path", "kind": "new", "removed",
///   "changed", "mode" or "same", "added", "removed": lines, "notes": [], "diff"}], "left_out"}]}
std::string reviews_json(const std::vector<Review>& reviews, Shown shown);

}  // namespace pkgkiln::cli
