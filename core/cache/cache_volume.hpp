#pragma once

#include <cstdint>
#include <string>

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

}  // namespace pkgkiln
