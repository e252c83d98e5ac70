#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/state/history.hpp"

namespace pkgkiln {

/// Which of the volumes `present` are to go so that the others hold no more than `limit` together:
/// those that were used longest ago, and those that alone are too large. One that nothing is
/// recorded of has no size that could be counted, so it goes first; it costs a download.
std::vector<std::string> volumes_to_evict(std::vector<std::string> present,
                                          const std::vector<RecordedCache>& recorded,
                                          std::uint64_t limit);

}  // namespace pkgkiln
