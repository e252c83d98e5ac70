#include "core/builder/host.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;

namespace {

constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30U;

std::size_t jobs(unsigned cores, std::uint64_t memory, std::size_t wanted = 0) {
  return capacity_of({cores, memory, 0}, wanted).jobs;
}

}  // namespace

TEST_CASE("by default a build a core runs, as far as the memory goes") {
  CHECK(jobs(4, 16 * kGibibyte) == 4);
  CHECK(jobs(8, 7 * kGibibyte) == 3);
  CHECK(jobs(8, kGibibyte) == 1);
  CHECK(jobs(1, 64 * kGibibyte) == 1);
  CHECK(jobs(6, 0) == 6);
  CHECK(jobs(128, 1024 * kGibibyte) == 32);
}

TEST_CASE("as many builds run as are wished for") {
  CHECK(jobs(2, kGibibyte, 5) == 5);
  CHECK(jobs(2, kGibibyte, 100) == 100);
}

TEST_CASE("builds share the cores, and the memory that nobody else takes") {
  const auto capacity = capacity_of({6, 8 * kGibibyte, 3 * kGibibyte}, 2);
  CHECK(capacity.cores == 6);
  CHECK(capacity.memory == 3 * kGibibyte);
}
