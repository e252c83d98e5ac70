#include "core/run/capacity.hpp"

#include <algorithm>

namespace pkgkiln {

namespace {

constexpr std::uint64_t kMemoryOfJob = std::uint64_t{2} << 30U;
/// Beyond, the disk and the engine are what builds wait for.
constexpr std::uint64_t kMostJobs = 32;

std::size_t fitting_jobs(const Machine& machine) {
  std::uint64_t jobs = machine.cores;
  if (machine.memory > 0) jobs = std::min(jobs, machine.memory / kMemoryOfJob);
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(jobs, 1, kMostJobs));
}

}  // namespace

Capacity capacity_of(const Machine& machine, std::size_t jobs) {
  return {jobs > 0 ? jobs : fitting_jobs(machine), machine.cores, machine.available_memory};
}

}  // namespace pkgkiln
