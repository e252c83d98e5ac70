#include "core/run/run.hpp"

#include "tests/catch.hpp"
#include "tests/unit/core/run/told.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a single target is built in one container, whatever it takes to know it") {
  FakeHost host;
  const auto target = host.target_of("a", {"1", {}, false, {}});
  const auto results = host.build({target});
  REQUIRE(words(results) == Names{"built"});
  CHECK(host.containers() == Names{"a"});
  CHECK(host.observer.steps == Names{"a: source", "a: create", "a: copy in", "a: inspect",
                                     "a: dependencies", "a: fetch", "a: seal", "a: build",
                                     "a: collect"});
  CHECK(host.observer.started == Names{"a"});
  CHECK(host.history.last("a")->status == "built");
  CHECK(words(host.build({target})) == Names{"up-to-date"});
  CHECK(host.containers().empty());
}

TEST_CASE("what is published already needs no container and no image, and is remembered") {
  FakeHost host;
  const auto target = host.target("a");
  host.publish("a");
  REQUIRE(words(host.build({target})) == Names{"up-to-date"});
  CHECK(host.engine.calls().size() < 10);  // it is only looked for leftovers
  CHECK(host.creates() == 0);
  const auto record = host.history.last_good("a");
  REQUIRE(record);
  CHECK(record->files.size() == 1);
  CHECK(record->commit.size() == 40);
}

TEST_CASE("a build that failed is not tried again until something changed") {
  FakeHost host;
  const auto lib = host.target("lib");
  auto app = host.target("app", {"depends = lib"});
  host.fails["app"] = "build";
  CHECK(words(host.build({app, lib})) == Names{"failed", "built"});
  host.containers();
  const auto again = host.build({app, lib});
  CHECK(words(again) == Names{"failed", "up-to-date"});
  CHECK_THAT(again.front().record.why, ContainsSubstring("not tried again"));
  CHECK(again.front().record.exit_code == 4);
  CHECK(host.containers().empty());
  host.fails.clear();
  SECTION("its commit") {
    app = host.target_of("app", {"2", {"depends = lib"}, true, {}});
  }
  SECTION("what it depends on") {
    host.target_of("lib", {"2", {}, true, {}});
  }
  SECTION("the user asks for it") {
    host.planning.retry.always = true;
  }
  CHECK(words(host.build({app, lib})).front() == "built");
}

TEST_CASE("a .SRCINFO that left out a package is found out when all is built") {
  FakeHost host;
  const auto target = host.target("a");
  host.makes_also["a"] = "a-data";
  const auto results = host.build({target});
  REQUIRE(words(results) == Names{"built"});
  CHECK(results.front().record.files.size() == 2);
  CHECK(count(host.observer.steps, "a: collect") == 1);
}
