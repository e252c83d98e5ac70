#include "core/builder/host.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <thread>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/package/package_name.hpp"
#include "core/pkgbuild/srcinfo.hpp"

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

int x86_64_level(std::string_view cpuinfo) {
  // The x86-64 psABI's levels 2 to 4, in the kernel's words.
  static constexpr std::array<std::string_view, 3> needs = {
      "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3", "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave",
      "avx512f avx512bw avx512cd avx512dq avx512vl"};
  const auto line = cpuinfo.find("\nflags");
  if (line == std::string_view::npos) return 4;
  auto rest = cpuinfo.substr(line + 1);
  const auto flags = " " + std::string(take_until(rest, '\n')) + " ";
  int level = 1;
  for (auto names : needs) {
    while (!names.empty())
      if (flags.find(" " + std::string(take_until(names, ' ')) + " ") == std::string::npos)
        return level;
    ++level;
  }
  return level;
}

namespace {

/// Empty where it doesn't set CARCH.
std::string arch_in(std::string_view makepkg_conf) {
  std::string arch;
  while (!makepkg_conf.empty()) {
    auto line = trimmed(take_until(makepkg_conf, '\n'));
    if (!line.starts_with("CARCH=")) continue;
    line.remove_prefix(line.find('=') + 1);
    const auto comment = line.find(" #");
    line = trimmed(line.substr(0, comment));
    if (line.size() > 1 && (line.front() == '"' || line.front() == '\'') &&
        line.back() == line.front())
      line = line.substr(1, line.size() - 2);
    if (!pacman::is_arch(line) || line == "any")
      throw Error("cannot use image.makepkg_conf")
          .because("its CARCH is no plain word")
          .advise("write it as in CARCH=\"x86_64\"");
    arch = line;
  }
  return arch;
}

}  // namespace

std::string arch_to_build(std::string_view makepkg_conf, const std::string& machine_arch,
                          std::string_view cpuinfo) {
  const auto arch = arch_in(makepkg_conf);
  if (arch.empty()) return machine_arch;
  const auto levels = static_cast<int>(pacman::served_by(arch).size());
  if (const auto level = x86_64_level(cpuinfo); machine_arch == "x86_64" && levels > level)
    throw Error("cannot build for the CARCH of image.makepkg_conf, " + arch)
        .because("the CPU of this machine has level " + std::to_string(level) + " of x86_64")
        .advise("set it to one that this machine can run");
  return arch;
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
