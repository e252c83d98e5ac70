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

/// Those of the process that listens on the socket: what an engine can't exceed that is rootless,
/// or root without CAP_SYS_RESOURCE. This process's own when the other's can't be read.
ProcessLimits process_limits_of(const std::string& socket_path);

/// Those in a text of the form of /proc/<pid>/limits. Pure.
ProcessLimits process_limits_in(std::string_view text);

/// The limits with `open_files` lowered to `most`; a line for people is added to `warnings` when
/// that changes anything. Pure.
Limits lowered(Limits limits, const std::optional<std::uint64_t>& most,
               std::vector<std::string>& warnings);

/// The limits without those that are named, as RuntimeInfo names them; a line for people is added
/// to `warnings` for each that was set. Pure.
Limits without(Limits limits, const std::vector<std::string>& names,
               std::vector<std::string>& warnings);

}  // namespace pkgkiln::runtimes
