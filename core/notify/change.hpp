#pragma once

#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "core/job/build_record.hpp"
#include "core/journal/target_state.hpp"

namespace pkgkiln {

/// What somebody may want to be told of.
enum class ChangeKind {
  failed,     // it went well before, or it failed otherwise
  held,       // it waits for a person, who was not told of that yet
  fixed,      // it failed before
  published,  // in a version that it didn't have
};
/// "failed", "held", "fixed", "published"
const char* word(ChangeKind kind);
std::optional<ChangeKind> change_kind_of(std::string_view word);

struct Change {
  ChangeKind kind = ChangeKind::failed;
  BuildRecord result;
};

/// What a run changed, by how its targets stood before: at most one a target, the first in the
/// order of kinds that is wanted. Until a target that failed is good again, its failure is told
/// once more only if it is another one, and the fault of the target itself.
std::vector<Change> changes_of(const std::vector<TargetState>& before,
                               const std::vector<BuildRecord>& results,
                               const std::set<ChangeKind>& wanted);

}  // namespace pkgkiln
