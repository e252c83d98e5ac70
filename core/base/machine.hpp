#pragma once

#include <cstdint>
#include <string_view>

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

}  // namespace pkgkiln
