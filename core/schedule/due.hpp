#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/journal/target_state.hpp"
#include "core/targets/target.hpp"

namespace pkgkiln {

/// When a target is to be tried.
struct Due {
  using Time = std::chrono::system_clock::time_point;

  std::string target;
  std::string schedule;           // empty: none, it is due in every run
  std::optional<Time> attempted;  // nothing: never, or it is not known
  /// The first time since the latest attempt, so that missed ones count once. Without an attempt or
  /// a schedule it is `now`.
  Time next;
};

/// One a target, in that order.
std::vector<Due> due_times(const std::vector<Target>& targets,
                           const std::vector<TargetState>& states, Due::Time now);
/// The same of those that a run has come to, by the schedules that they had then.
std::vector<Due> due_times(const std::vector<TargetState>& states, Due::Time now);

/// The names of those that are due.
std::vector<std::string> due_targets(const std::vector<Target>& targets,
                                     const std::vector<TargetState>& states, Due::Time now);

}  // namespace pkgkiln
