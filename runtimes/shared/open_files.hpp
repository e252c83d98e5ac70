#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/runtime/types.hpp"

namespace pkgkiln::runtimes {

/// The hard limit of open files of the process that listens on the socket: what a rootless engine
/// can't exceed. This process's own when the other's can't be read.
std::uint64_t open_files_limit_of(const std::string& socket_path);

/// The hard limit in a text of the form of /proc/<pid>/limits; nothing when it says "unlimited"
/// or isn't there. Pure.
std::optional<std::uint64_t> hard_open_files_in(std::string_view limits);

/// The limits with `open_files` lowered to `most`; a line for people is added to `warnings` when
/// that changes anything. Pure.
Limits lowered(Limits limits, const std::optional<std::uint64_t>& most,
               std::vector<std::string>& warnings);

}  // namespace pkgkiln::runtimes
