#include "core/builder/host.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;

TEST_CASE("sizes are read from /proc/meminfo") {
  const auto* text = "MemTotal:       24684092 kB\nMemFree:          1 kB\nMemAvailable: 20 kB\n";
  CHECK(memory_in(text, "MemTotal") == std::uint64_t{24684092} * 1024);
  CHECK(memory_in(text, "MemAvailable") == 20 * 1024);
  CHECK(memory_in(text, "Mem") == 0);
  CHECK(memory_in(text, "Swap") == 0);
  CHECK(memory_in("MemTotal:", "MemTotal") == 0);
  CHECK(memory_in("MemTotal:   \n", "MemTotal") == 0);
  CHECK(memory_in("", "MemTotal") == 0);
}

TEST_CASE("this machine has a core and some memory") {
  const auto machine = this_machine();
  CHECK(machine.cores >= 1);
  CHECK(machine.memory >= machine.available_memory);
  CHECK(machine.available_memory > 0);
}
