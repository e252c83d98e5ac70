#include "cli/tables.hpp"
#include "tests/catch.hpp"

using pkgkiln::cli::size_text;

TEST_CASE("sizes are shown in the unit that makes them short") {
  CHECK(size_text(0) == "0 B");
  CHECK(size_text(1023) == "1023 B");
  CHECK(size_text(1536) == "1.5 KiB");
  CHECK(size_text((1U << 20U) - 1) == "1.0 MiB");
  CHECK(size_text(std::uint64_t{20} << 30U) == "20.0 GiB");
}
