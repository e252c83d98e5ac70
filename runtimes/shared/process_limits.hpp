#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/runtime/types.hpp"

namespace pkgkiln::runtimes {

/// Hard limits of a process; unset where there is none.
struct ProcessLimits {
  std::optional<std::uint64_t> open_files, processes;

  bool operator==(const ProcessLimits&) const = default;
};

/// The limits of the process that listens on the socket. A rootless engine, or one without
/// CAP_SYS_RESOURCE, can't exceed them. If they can't be read, those of this process.
ProcessLimits process_limits_of(const std::string& socket_path);

/// Reads the format of /proc/<pid>/limits. Pure.
ProcessLimits process_limits_in(std::string_view text);

/// The limits with `open_files` lowered to `most`; if that changes them, a warning is added. Pure.
Limits lowered(Limits limits, const std::optional<std::uint64_t>& most,
               std::vector<std::string>& warnings);

/// The limits without those that are named, as RuntimeInfo names them; a warning is added for each
/// one that was set. Pure.
Limits without(Limits limits, const std::vector<std::string>& names,
               std::vector<std::string>& warnings);

}  // namespace pkgkiln::runtimes
