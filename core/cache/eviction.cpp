#include "core/cache/eviction.hpp"

#include <algorithm>

namespace pkgkiln {

std::vector<std::string> volumes_to_evict(std::vector<std::string> present,
                                          const std::vector<RecordedCache>& recorded,
                                          std::uint64_t limit) {
  std::vector<RecordedCache> known;
  for (const auto& cache : recorded) {
    const auto found = std::find(present.begin(), present.end(), cache.volume);
    if (found == present.end()) continue;
    known.push_back(cache);
    present.erase(found);
  }
  std::sort(known.begin(), known.end(),
            [](const auto& left, const auto& right) { return left.used > right.used; });
  auto room = limit;
  for (const auto& cache : known) {
    // One that is too large for itself doesn't drive out all others.
    if (limit > 0 && cache.bytes <= room)
      room -= cache.bytes;
    else
      present.push_back(cache.volume);
  }
  return present;
}

}  // namespace pkgkiln
