#include "core/base/text.hpp"
#include "tests/catch.hpp"

using pkgkiln::nearest;

TEST_CASE("the nearest neighbour of a mistyped word") {
  const std::vector<std::string> names{"timeout", "memory", "cpus", "repository", "path"};
  CHECK(nearest("timout", names) == "timeout");
  CHECK(nearest("tmieout", names) == "timeout");
  CHECK(nearest("mem", names) == "memory");
  CHECK(nearest("cpu", names) == "cpus");
  CHECK(nearest("repo", names) == "repository");
  CHECK(nearest("pat", names) == "path");
}

TEST_CASE("a word that is near to nothing has no neighbour") {
  const std::vector<std::string> names{"timeout", "memory", "cpus"};
  CHECK(nearest("jobs", names).empty());
  CHECK(nearest("", names).empty());
  CHECK(nearest("t", names).empty());
  CHECK(nearest(std::string(100'000, 't'), names).empty());
  CHECK(nearest("timeout", {}).empty());
}
