#include <set>

#include "core/journal/database.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/run/told.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("targets are built after those that they depend on, and told in their own order") {
  FakeHost host;
  const std::vector targets{host.target("app", {"depends = lib>=1", "makedepends = tool"}),
                            host.target("lib"), host.target("tool")};
  const auto results = host.build(targets);
  CHECK(words(results) == Names{"built", "built", "built"});
  CHECK(results.front().target == "app");
  CHECK(sorted(host.observer.started) == Names{"app", "lib", "tool"});
  CHECK(host.observer.started.back() == "app");
  CHECK(sorted(host.observer.ended) == Names{"app", "lib", "tool"});
  CHECK(count(host.observer.waiting, "app") == 1);
  CHECK(count(host.observer.waiting, "app on lib on tool") == 1);
  CHECK(host.observer.ended.back() == "app");
  CHECK(sorted(host.containers()) == Names{"app", "lib", "tool"});  // their .SRCINFO was enough
  CHECK(count(host.observer.steps, "app: source") == 1);
  CHECK(logs_of(host, "app") == 1);
}

TEST_CASE("a build gets what its repository has of its dependencies", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = one_or_four();
  host.build({host.target("app", {"depends = lib"}), host.target("lib", {"depends = deep"}),
              host.target("deep"), host.target("other")});
  CHECK(host.offered["app"] ==
        std::set<std::string>{"r.db", "lib-1-1-any.pkg.tar.gz", "deep-1-1-any.pkg.tar.gz"});
  CHECK(host.environments["app"]["REPOSITORY"] == "r");
  CHECK(host.environments["app"]["REPOSITORY_SERVER"] == "file:///var/lib/pkgkiln-repository");
  CHECK(host.environments["other"].count("REPOSITORY") == 0);
}

TEST_CASE("what can't be inspected fails, and what depends on its last packages is blocked",
          "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = one_or_four();
  const auto lib = host.target("lib");
  host.build({lib});
  host.target_of("lib", {"2", {}, false, {}});  // its .SRCINFO stays that of version 1
  host.fails["lib"] = "inspect";
  host.containers();
  const auto results =
      host.build({host.target("app", {"depends = lib>=2"}), lib, host.target("other")});
  REQUIRE(words(results) == Names{"blocked", "failed", "built"});
  CHECK(results[1].step == "inspect");
  CHECK(results[1].exit_code == 12);
  CHECK(host.history.last("lib")->step == "inspect");
  CHECK(results[0].why == "its dependency 'lib' failed");
  CHECK_FALSE(host.history.last("app"));
  CHECK(logs_of(host, "app") == 0);
  CHECK(sorted(host.observer.started) == Names{"lib", "other"});
  CHECK(sorted(host.containers()) == Names{"lib", "other"});
}

TEST_CASE("a target that can't be planned blocks those that need it", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = one_or_four();
  auto lost = host.target("lost");
  lost.url += "-not-there";
  const auto results = host.build({host.target("app", {"depends = lost"}), lost});
  REQUIRE(words(results) == Names{"blocked", "failed"});
  CHECK(results[0].target == "app");
}

TEST_CASE("the root of what is blocked is named", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = one_or_four();
  host.fails["c"] = "build";
  const auto results = host.build(
      {host.target("a", {"depends = b"}), host.target("b", {"depends = c"}), host.target("c")});
  REQUIRE(words(results) == Names{"blocked", "blocked", "failed"});
  CHECK(results[0].why == "its dependency 'b' is blocked by 'c', which failed");
  CHECK(results[1].why == "its dependency 'c' failed");
  CHECK_FALSE(all_good(results));
}

TEST_CASE("what waits in the spool blocks what needs it, until it is published", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = one_or_four();
  const std::vector targets{host.target("app", {"depends = lib"}), host.target("lib")};
  host.repository->down = true;
  const auto down = host.build(targets);
  REQUIRE(words(down) == Names{"blocked", "unpublished"});
  CHECK(out_of_reach(down));
  CHECK(down[0].why == "its dependency 'lib' could not be published");
  CHECK(words(host.build(targets)) == Names{"blocked", "unpublished"});
  host.repository->down = false;
  CHECK(words(host.build(targets)) == Names{"built", "up-to-date"});
}

TEST_CASE("a version that moves satisfies whatever is asked of it", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = one_or_four();
  const auto app = host.target("app", {"depends = lib-git>=99"});
  const auto lib = host.target_of("lib-git", {"1", {}, true, "pkgver() { git describe; }\n"});
  CHECK(words(host.build({app, lib})) == Names{"built", "built"});
  CHECK(host.observer.ended == Names{"lib-git", "app"});
}

TEST_CASE("the members of a cycle fail, and those that need them are blocked", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = one_or_four();
  const auto a = host.target("a", {"depends = b"});
  const std::vector targets{host.target("top", {"depends = b"}), a,
                            host.target("b", {"makedepends = a"}), host.target("free")};
  const auto results = host.build(targets);
  REQUIRE(words(results) == Names{"blocked", "failed", "failed", "built"});
  CHECK(results[1].step == "order");
  CHECK(results[1].why == "its dependencies form a cycle: a -> b -> a");
  CHECK_THAT(results[1].hint, ContainsSubstring("pkgkiln build a"));
  CHECK(results[0].why == "its dependency 'b' failed");
  CHECK_FALSE(host.history.last("a"));
  // The way out that was told.
  CHECK(words(host.build({a})) == Names{"built"});
  CHECK(words(host.build(targets)) == Names{"built", "up-to-date", "built", "up-to-date"});
}

TEST_CASE("a repository that can't be asked stops no build") {
  FakeHost host;
  const auto target = host.target("a", {"depends = lib"});
  host.repository->down = true;
  const auto results = host.build({target});
  CHECK(words(results) == Names{"unpublished"});
  const auto log = read_file(results[0].log);
  CHECK_THAT(log, ContainsSubstring("whether it is published can't be told"));
  CHECK_THAT(log, ContainsSubstring("going on without the repository r"));
}

TEST_CASE("a container that doesn't reach the repository is hinted at where that mattered") {
  FakeHost host;
  host.prints["a"] =
      "the repository r does not answer at http://localhost/r from this container, or is empty: "
      "going on without it\nerror: target not found: lib\n";
  host.fails["a"] = "dependencies";
  const auto results = host.build({host.target("a", {"depends = lib"})});
  REQUIRE(words(results) == Names{"failed"});
  CHECK_THAT(results[0].hint, ContainsSubstring("vieter.container_address"));
}

TEST_CASE("a dependency on a version that a target doesn't make is told with the one it makes") {
  FakeHost host;
  const auto lib = host.target("lib");
  const auto app = host.target("app", {"depends = lib>=2"});
  host.fails["app"] = "dependencies";
  host.prints["app"] = "error: target not found: lib>=2\n";
  const std::string hint = "lib>=2 is needed, but the target 'lib' makes lib 1-1";
  SECTION("both are new") {
    const auto results = host.build({app, lib});
    REQUIRE(words(results) == Names{"failed", "built"});
    CHECK(results[0].why == "nothing provides what it needs: lib>=2 (by its output)");
    CHECK(results[0].hint == hint);
  }
  SECTION("it was made before") {
    host.build({lib});
    CHECK(host.build({app})[0].hint == hint);
  }
  SECTION("it would do") {
    host.prints["app"] = "error: target not found: lib>=1\n";
    CHECK(host.build({app, lib})[0].hint != hint);
  }
}

TEST_CASE("what is blocked, the steps of what was built and hints are recorded") {
  FakeHost host;
  host.keep_logs = std::chrono::hours(1);
  host.fails["lib"] = "build";
  host.build({host.target("app", {"depends = lib"}), host.target("lib"), host.target("other")});
  CHECK_FALSE(host.history.last("app"));
  const sqlite::Connection connection(host.state.database());
  sqlite::Statement row(connection,
                        "SELECT why, url, commit_id FROM builds WHERE status = 'blocked'");
  REQUIRE(row.step());
  CHECK(row.text(0) == "its dependency 'lib' failed");
  CHECK_FALSE(row.text(1).empty());
  CHECK(row.text(2).size() == 40);
  const auto steps = host.history.last("other")->steps;
  CHECK(std::any_of(steps.begin(), steps.end(),
                    [](const StepTime& step) { return step.step == "build"; }));
  CHECK(host.history.last("lib")->status == Status::failed);
}
