#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/removable.hpp"
#include "core/journal/history.hpp"
#include "core/runtime/container_runtime.hpp"
#include "core/runtime/labels.hpp"
#include "core/runtime/types.hpp"

namespace pkgkiln {

/// How much caches may hold, in bytes; 0: there is none.
struct CacheLimits {
  std::uint64_t packages = 0;  // the one that all targets share
  std::uint64_t sources = 0;   // the targets' own, all together
};

/// A volume of the engine that outlives the containers it is mounted in.
struct CacheVolume {
  std::string name;
  Labels labels;
};

/// The one of all targets: packages whose signatures pacman checks.
CacheVolume shared_cache_of(const std::string& instance);
/// The target's own, which no container of another target ever mounts: its sources, and packages
/// that nobody signed.
CacheVolume own_cache_of(const std::string& instance, const std::string& target);

/// Whose own cache a volume with these labels is; empty: the shared one.
std::string target_of_cache(const Labels& labels);

/// Which of the volumes `present` are to go so that the others hold no more than `limit` together:
/// those that were used longest ago, and those that alone are too large. One that nothing is
/// recorded of has no size that could be counted, so it goes first; it costs a download.
std::vector<std::string> volumes_to_evict(std::vector<std::string> present,
                                          const std::vector<RecordedCache>& recorded,
                                          std::uint64_t limit);

/// The caches that an instance has in the engine. The caller holds the RunLock, and no build runs.
class Caches {
 public:
  Caches(ContainerRuntime& runtime, History& history, std::string instance, CacheLimits limits);

  /// Says whether a target's own cache is to go; an empty name: the one that all share.
  using Choice = std::function<bool(const std::string& target)>;

  /// Those that are chosen, and of the others what exceeds the limits. Throws RuntimeError.
  std::vector<Removable> removable(const Choice& chosen) const;

 private:
  Removable volume(const ResourceSummary& found, const std::vector<RecordedCache>& recorded) const;

  ContainerRuntime& runtime_;
  History& history_;
  std::string instance_;
  CacheLimits limits_;
};

}  // namespace pkgkiln
