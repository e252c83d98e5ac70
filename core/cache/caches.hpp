#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/litter.hpp"
#include "core/cache/cache_volume.hpp"
#include "core/runtime/container_runtime.hpp"
#include "core/state/history.hpp"

namespace pkgkiln {

/// The caches that an instance has in the engine. The caller holds the RunLock, and no build runs.
class Caches {
 public:
  Caches(ContainerRuntime& runtime, History& history, std::string instance, CacheLimits limits);

  /// Says whether a target's own cache is to go; an empty name: the one that all share.
  using Choice = std::function<bool(const std::string& target)>;

  /// Those that are chosen, and of the others what exceeds the limits. Throws RuntimeError.
  std::vector<Litter> litter(const Choice& chosen) const;

 private:
  Litter volume(const ResourceSummary& found, const std::vector<RecordedCache>& recorded) const;

  ContainerRuntime& runtime_;
  History& history_;
  std::string instance_;
  CacheLimits limits_;
};

}  // namespace pkgkiln
