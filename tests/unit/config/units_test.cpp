#include "config/value.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln::config;
using namespace std::chrono_literals;

TEST_CASE("durations are read in seconds") {
  CHECK(parse_duration("90s") == 90s);
  CHECK(parse_duration("30min") == 1800s);
  CHECK(parse_duration("2h") == 7200s);
  CHECK(parse_duration("1d") == 86'400s);
  CHECK(parse_duration("45") == 45s);
  CHECK(parse_duration("36525d") == 36'525 * 86'400s);
}

TEST_CASE("what is no duration") {
  const auto text = GENERATE("", "h", "2 h", " 2h", "2h ", "-2h", "2m", "1.5h", "2hh", "36526d",
                             "99999999999999999999s", "18446744073709551615d", "0x10");
  CAPTURE(text);
  CHECK_FALSE(parse_duration(text));
}

TEST_CASE("sizes are binary") {
  CHECK(parse_size("512M") == 536'870'912U);
  CHECK(parse_size("4G") == 4'294'967'296U);
  CHECK(parse_size("4GiB") == 4'294'967'296U);
  CHECK(parse_size("1KiB") == 1'024U);
  CHECK(parse_size("1T") == 1'099'511'627'776U);
  CHECK(parse_size("7") == 7U);
}

TEST_CASE("what is no size") {
  const auto text = GENERATE("", "G", "4GB", "4 G", "-4G", "4g", "iB", "4iB", "1.5G", "4KiBiB",
                             "99999999999T", "18446744073709551615");
  CAPTURE(text);
  CHECK_FALSE(parse_size(text));
}

TEST_CASE("durations and sizes are written in the largest unit that divides them") {
  CHECK(format_duration(0s) == "0s");
  CHECK(format_duration(90s) == "90s");
  CHECK(format_duration(5400s) == "90min");
  CHECK(format_duration(172'800s) == "2d");
  CHECK(format_size(0) == "0");
  CHECK(format_size(1'000) == "1000");
  CHECK(format_size(1'536) == "1536");
  CHECK(format_size(2'048) == "2K");
  CHECK(format_size(5ULL << 30U) == "5G");
}
