#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/builder/builder_image.hpp"
#include "core/builder/caches.hpp"

namespace pkgkiln {

/// What the machine that this runs on has to share out.
struct Machine {
  unsigned cores = 1;                  // that this process may use
  std::uint64_t memory = 0;            // bytes, all of it; 0: unknown
  std::uint64_t available_memory = 0;  // bytes that could be taken now; 0: unknown
};

Machine this_machine();

/// The bytes in a line of proc_meminfo(5), such as "MemTotal"; 0 when there is no such line.
std::uint64_t memory_in(std::string_view meminfo, std::string_view field);

/// The highest level of x86_64 that a CPU has, 1 to 4, by proc_cpuinfo(5): 4 where that has no
/// flags.
int x86_64_level(std::string_view cpuinfo);

/// What packages are built for: CARCH of a configured makepkg.conf, which is read and not run, or
/// else the machine's arch. Throws Error for a CARCH that is no plain word, and for a level of
/// x86_64 that the CPU doesn't have: its own packages would not run in later builds.
std::string arch_to_build(std::string_view makepkg_conf, const std::string& machine_arch,
                          std::string_view cpuinfo);

/// What the builds of a run share.
struct Capacity {
  std::size_t jobs = 1;      // builds at once, at most
  unsigned cores = 1;        // of the machine
  std::uint64_t memory = 0;  // bytes that they may take together; 0: not known, so not respected
};

/// `jobs` 0: one a core, but no more than one for each 2 GiB of the machine's memory, from 1 to 32.
Capacity capacity_of(const Machine& machine, std::size_t jobs);

/// Where builds run: an engine with its builder image, and what the machine has for them. All that
/// it refers to outlives it.
struct Host {
  ContainerRuntime& runtime;
  BuilderImage& image;
  const RunIdentity& identity;
  std::string arch;  // in pacman's words
  Capacity capacity;
  CacheLimits caches;
};

}  // namespace pkgkiln
