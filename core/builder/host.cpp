#include "core/builder/host.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <thread>

#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace pkgkiln {

namespace {

std::string meminfo() {
  try {
    return read_file("/proc/meminfo", 1U << 20U);
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

Machine this_machine() {
  const auto text = meminfo();
  return {std::max(1U, std::thread::hardware_concurrency()), memory_in(text, "MemTotal"),
          memory_in(text, "MemAvailable")};
}

std::uint64_t memory_in(std::string_view meminfo, std::string_view field) {
  while (!meminfo.empty()) {
    auto line = meminfo.substr(0, meminfo.find('\n'));
    meminfo.remove_prefix(std::min(line.size() + 1, meminfo.size()));
    if (!line.starts_with(field) || line.substr(field.size(), 1) != ":") continue;
    line.remove_prefix(field.size() + 1);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    std::uint64_t kibibytes = 0;
    std::from_chars(line.data(), line.data() + line.size(), kibibytes);
    return kibibytes * 1024;
  }
  return 0;
}

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
