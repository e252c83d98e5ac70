#include "core/base/sqlite.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/run/told.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;

TEST_CASE("what ended before a run broke off is known") {
  FakeHost host;
  host.capacity.jobs = 1;
  const auto first = host.target("a"), second = host.target("b", {"depends = a"});
  host.at_build = [&](const std::string& target, fake::ExecCall&) {
    if (target == "b") sqlite::Connection(host.state.database()).execute("DROP TABLE states");
  };
  CHECK_THROWS_AS(host.build({first, second}), Error);
  REQUIRE_FALSE(host.ended.empty());
  CHECK(host.ended[0].target == "a");
  CHECK(host.ended[0].status == Status::built);
}
