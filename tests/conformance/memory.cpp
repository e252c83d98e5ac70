#include "tests/conformance/memory.hpp"

#include <fstream>
#include <stdexcept>
#include <string>

namespace conformance {

namespace {

/// A line of /proc/self/status that is given in KiB.
std::uint64_t bytes_of(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(key + ":")) return std::stoull(line.substr(key.size() + 1)) * 1024;
  throw std::runtime_error("/proc/self/status has no " + key);
}

void forget_peak() {
  std::ofstream refs("/proc/self/clear_refs");
  if (!(refs << "5" << std::flush)) throw std::runtime_error("cannot write /proc/self/clear_refs");
}

}  // namespace

std::uint64_t peak_growth(const std::function<void()>& work) {
  forget_peak();
  const auto before = bytes_of("VmRSS");
  work();
  const auto peak = bytes_of("VmHWM");
  return peak > before ? peak - before : 0;
}

}  // namespace conformance
