#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/run/build_order.hpp"
#include "core/run/target_builder.hpp"

namespace pkgkiln {

/// What is known of each plan before the first build.
struct Survey {
  std::vector<OrderNode> nodes;
  /// Of those that were looked into.
  std::vector<std::optional<Begun>> begun;
};

/// Looks into all that is to be built and that the plan could not tell of, several at once, if it
/// could depend on one another: not when it is one alone. What is up to date is published, so
/// nobody waits for it; what can't be built still has the names of its last packages, so that
/// others know that they do.
Survey survey_targets(const std::vector<Plan>& plans, TargetBuilder& builder,
                      const SpoolPublisher& publisher, const History& history,
                      const Cancellation& cancel);

}  // namespace pkgkiln
