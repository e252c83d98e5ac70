#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/stream.hpp"
#include "core/builder/caches.hpp"
#include "core/runtime/container_runtime.hpp"

namespace pkgkiln {

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
