#include "core/base/quantity.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;
using std::chrono::milliseconds;

TEST_CASE("sizes are shown in the unit that makes them short") {
  CHECK(size_text(0) == "0 B");
  CHECK(size_text(1023) == "1023 B");
  CHECK(size_text(1536) == "1.5 KiB");
  CHECK(size_text((1U << 20U) - 1) == "1.0 MiB");
  CHECK(size_text(std::uint64_t{20} << 30U) == "20.0 GiB");
}

TEST_CASE("a duration is told as shortly as it can be") {
  CHECK(duration_text(milliseconds(440)) == "0.4 s");
  CHECK(duration_text(milliseconds(59'999)) == "59 s");
  CHECK(duration_text(milliseconds(200'000)) == "3 min 20 s");
  CHECK(duration_text(milliseconds(3'900'000)) == "1 h 5 min");
}
