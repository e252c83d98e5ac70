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

namespace {

const std::string kLevel2 = "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3";
const std::string kLevel3 = kLevel2 + " avx avx2 bmi1 bmi2 f16c fma abm movbe xsave";

std::string cpu_with(const std::string& flags) {
  return "processor\t: 0\nflags\t\t: fpu " + flags + "\nbugs\t\t: avx512f\n\nprocessor\t: 1\n";
}

}  // namespace

TEST_CASE("the level of x86_64 is told by the flags of the CPU") {
  CHECK(x86_64_level(cpu_with("sse2")) == 1);
  CHECK(x86_64_level(cpu_with(kLevel2)) == 2);
  CHECK(x86_64_level(cpu_with(kLevel2 + " avx avx2")) == 2);
  CHECK(x86_64_level(cpu_with(kLevel3)) == 3);
  CHECK(x86_64_level(cpu_with(kLevel3 + " avx512f avx512bw avx512cd avx512dq avx512vl")) == 4);
  CHECK(x86_64_level("") == 4);
}

TEST_CASE("packages are built for CARCH, or else for the machine") {
  const auto arch = [](const std::string& conf) {
    return arch_to_build(conf, "x86_64", cpu_with(kLevel3));
  };
  CHECK(arch("") == "x86_64");
  CHECK(arch("MAKEFLAGS=-j2\n#CARCH=i686\nXCARCH=i686\n") == "x86_64");
  for (const auto* line : {"CARCH=x86_64_v3", "CARCH=\"x86_64_v3\"  # fast", "\tCARCH='x86_64_v3'",
                           "CARCH=x86_64\nCARCH=x86_64_v3\n"})
    CHECK(arch(line) == "x86_64_v3");
  for (const auto* line : {"CARCH=$(uname -m)", "CARCH=", "CARCH=any", "CARCH=\"a", "CARCH=a b"})
    CHECK_THROWS_WITH(arch(line), Catch::Matchers::ContainsSubstring("no plain word"));
  CHECK_THROWS_WITH(arch("CARCH=x86_64_v4"),
                    "cannot build for the CARCH of image.makepkg_conf, x86_64_v4: the CPU of this "
                    "machine has level 3 of x86_64");
}
