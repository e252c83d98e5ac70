#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/removable.hpp"
#include "core/base/stream.hpp"
#include "core/journal/history.hpp"
#include "core/runtime/container_runtime.hpp"
#include "core/runtime/labels.hpp"
#include "core/runtime/types.hpp"

namespace pkgkiln {

/// How much the caches may hold, in bytes; 0: no cache.
struct CacheLimits {
  std::uint64_t packages = 0;  // shared by all targets
  std::uint64_t sources = 0;   // the targets' own, all together
};

/// A volume of the engine that outlives the containers it is mounted in.
struct CacheVolume {
  std::string name;
  Labels labels;
};

/// The cache that all targets share: packages whose signatures pacman checks.
CacheVolume shared_cache_of(const std::string& instance);
/// The target's own cache, which no container of another target ever mounts: its sources, and
/// packages without signatures.
CacheVolume own_cache_of(const std::string& instance, const std::string& target);

/// The target whose own cache a volume with these labels is; empty for the shared cache.
std::string target_of_cache(const Labels& labels);

/// Which of the volumes `present` must be removed so that the rest holds no more than `limit`:
/// those that were used longest ago, and those that are too large alone. A volume without a record
/// has no known size, so it is removed first, at the cost of a download.
std::vector<std::string> volumes_to_evict(std::vector<std::string> present,
                                          const std::vector<RecordedCache>& recorded,
                                          std::uint64_t limit);

/// The caches that an instance has in the engine. The caller holds the RunLock, and no build runs.
class Caches {
 public:
  Caches(ContainerRuntime& runtime, History& history, std::string instance, CacheLimits limits);

  /// Whether a target's own cache is to be removed; an empty name stands for the shared cache.
  using Choice = std::function<bool(const std::string& target)>;

  /// The chosen caches, and of the others what exceeds the limits. Throws RuntimeError.
  std::vector<Removable> removable(const Choice& chosen) const;

 private:
  Removable volume(const ResourceSummary& found, const std::vector<RecordedCache>& recorded) const;

  ContainerRuntime& runtime_;
  History& history_;
  std::string instance_;
  CacheLimits limits_;
};

/// The volumes of a build's caches. It reads the first two, and writes only to the third, which no
/// other container mounts at the same time. An empty name: there is no such volume.
struct BuildCaches {
  std::string shared;
  std::string own;
  std::string fetched;
  CacheLimits limits;

  bool any() const { return !fetched.empty(); }
  /// Where a build mounts them, and the variables that tell its scripts.
  std::vector<VolumeMount> mounts() const;
  std::map<std::string, std::string> environment() const;
};

/// Stores what a build downloaded in the caches (core/builder/script/keep.sh), in a container
/// without a network, after the build's own container is gone. `spec` has its name, image, labels
/// and limits; `sources` are the names of the sources to keep. Returns how much the target's own
/// cache takes on the disk now, if that is known. Runs one at a time. Throws RuntimeError, and
/// Cancelled also after ten minutes.
std::optional<std::uint64_t> keep_fetched(ContainerRuntime& runtime, ContainerSpec spec,
                                          const BuildCaches& caches,
                                          const std::vector<std::string>& sources, const Sink& log,
                                          const Cancellation& cancel);

}  // namespace pkgkiln
