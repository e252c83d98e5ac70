#include "core/job/build_record.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;

TEST_CASE("each status is good, waits, is blocked, or has failed") {
  for (std::size_t i = 0; i < kStatuses; ++i) {
    const auto status = static_cast<Status>(i);
    CHECK(is_good(status) + is_waiting(status) + has_failed(status) + (status == Status::blocked) ==
          1);
  }
  CHECK(has_failed(Status::unpublished));
  CHECK(has_failed(Status::interrupted));
}

TEST_CASE("a version is told with the one before it, if that was another") {
  CHECK(version_change("1-1", "2-1") == "1-1 -> 2-1");
  CHECK(version_change("2-1", "2-1") == "2-1");
  CHECK(version_change("", "2-1") == "2-1");
}
