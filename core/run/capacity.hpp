#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/machine.hpp"

namespace pkgkiln {

/// What the builds of a run share.
struct Capacity {
  std::size_t jobs = 1;      // builds at once, at most
  unsigned cores = 1;        // of the machine
  std::uint64_t memory = 0;  // bytes that they may take together; 0: not known, so not respected
};

/// `jobs` 0: one a core, but no more than one for each 2 GiB of the machine's memory, from 1 to 32.
Capacity capacity_of(const Machine& machine, std::size_t jobs);

}  // namespace pkgkiln
