#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "core/base/removable.hpp"
#include "core/journal/state_dir.hpp"

namespace pkgkiln {

/// Logs that were written before `before`, but for each target's newest.
std::vector<Removable> old_logs(const StateDir& state,
                                std::chrono::system_clock::time_point before);

/// The oldest logs, so many that what is left takes no more than `limit` bytes; each target's
/// newest goes only when the others aren't enough. None of `in_use`.
std::vector<Removable> logs_beyond(const StateDir& state, std::uint64_t limit,
                                   const std::set<std::filesystem::path>& in_use = {});

/// Logs and mirrors of targets that are none of `known`.
std::vector<Removable> unknown_targets(const StateDir& state, const std::set<std::string>& known);

}  // namespace pkgkiln
