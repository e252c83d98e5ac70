#pragma once

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "core/base/litter.hpp"
#include "core/state/state_dir.hpp"

namespace pkgkiln {

/// Logs that were written before `before`, but for each target's newest.
std::vector<Litter> old_logs(const StateDir& state, std::chrono::system_clock::time_point before);

/// Logs and mirrors of targets that are none of `known`.
std::vector<Litter> unknown_targets(const StateDir& state, const std::set<std::string>& known);

}  // namespace pkgkiln
