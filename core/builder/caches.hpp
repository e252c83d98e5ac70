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

/// The volumes with caches that a build works with: it reads the first two and writes to the third
/// alone, which nobody else ever mounts beside it. Empty names: there is none.
struct BuildCaches {
  std::string shared;
  std::string own;
  std::string fetched;
  CacheLimits limits;

  bool any() const { return !fetched.empty(); }
  /// Where a build has them, and what scripts are told of them.
  std::vector<VolumeMount> mounts() const;
  std::map<std::string, std::string> environment() const;
};

/// Takes what a build fetched into the caches (core/builder/script/keep.sh), in a container of its
/// own that has no network; the build's is gone. `spec` is its name, image, labels and limits;
/// `sources` are the names of those that are worth it. Returns what the target's own cache takes on
/// the disk now, if that is known. One at a time in the program. Throws RuntimeError, and Cancelled
/// also after ten minutes.
std::optional<std::uint64_t> keep_fetched(ContainerRuntime& runtime, ContainerSpec spec,
                                          const BuildCaches& caches,
                                          const std::vector<std::string>& sources, const Sink& log,
                                          const Cancellation& cancel);

}  // namespace pkgkiln
