#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/journal/target_state.hpp"

namespace pkgkiln::cli {

/// Whether the last run was in time and could do its work, for whatever watches over an unattended
/// host. Targets that fail are no reason to call the host unwell.
struct Health {
  bool good = false;
  std::string reason;  // one line
};

/// `runs` has the newest first; `goes_on`: something holds the lock of the state directory.
Health health_of(const std::vector<RunRecord>& runs, bool goes_on, std::chrono::seconds within,
                 std::chrono::system_clock::time_point now);

}  // namespace pkgkiln::cli
