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

/// Logs that were last written before `before`, except each target's newest.
std::vector<Removable> old_logs(const StateDir& state,
                                std::chrono::system_clock::time_point before);

/// The oldest logs, as many as must go for the rest to take at most `limit` bytes. A target's
/// newest log is included only if the others aren't enough; those in `in_use` never are.
std::vector<Removable> logs_beyond(const StateDir& state, std::uint64_t limit,
                                   const std::set<std::filesystem::path>& in_use = {});

/// Logs of targets that are not in `known`.
std::vector<Removable> unknown_targets(const StateDir& state, const std::set<std::string>& known);

/// Mirrors that are not in `known`, which has the names of their directories.
std::vector<Removable> unknown_mirrors(const StateDir& state, const std::set<std::string>& known);

/// What nobody uses: mirrors that earlier versions of the program made, and what is left of a
/// verification that was killed.
std::vector<Removable> useless_files(const StateDir& state);

}  // namespace pkgkiln
