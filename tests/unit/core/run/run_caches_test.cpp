#include "core/builder/caches.hpp"
#include "core/run/run.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/run/told.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a build reads the shared cache and its target's own, and fills them when it is over") {
  FakeHost host;
  host.caches = {1000, 1000};
  std::map<std::string, std::vector<VolumeMount>> mounted;
  host.at_build = [&](const std::string& target, fake::ExecCall& call) {
    mounted[target] = call.container().volumes;
  };
  host.said_between_steps = "4096\nfetched 1\n";
  host.kept = [&](fake::ExecCall& call) {
    CHECK(call.networks().empty());
    for (const auto& mount : call.container().volumes) CHECK_FALSE(mount.read_only);
    call.out("77\n");
  };
  CHECK(words(host.build({host.target("a"), host.target("b")})) == Names{"built", "built"});
  const auto instance = host.state.instance();
  const auto shared = shared_cache_of(instance).name;
  for (const std::string target : {"a", "b"}) {
    REQUIRE(mounted[target].size() == 3);
    CHECK(mounted[target][0] == VolumeMount{shared, "/var/cache/pkgkiln/packages", true});
    CHECK(mounted[target][1] ==
          VolumeMount{own_cache_of(instance, target).name, "/var/cache/pkgkiln/target", true});
    CHECK(mounted[target][2].path == "/var/cache/pkgkiln/fetched");
    CHECK_FALSE(mounted[target][2].read_only);
    CHECK(host.environments[target]["SHARED_CACHE_LIMIT"] == "1000");
    CHECK(host.environments[target]["OWN_CACHE"] == "/var/cache/pkgkiln/target");
  }
  CHECK(host.history.caches().front().bytes == 77);
  CHECK(host.history.last("a")->peak_memory == 4096);
  CHECK(mounted["a"][2].volume != mounted["b"][2].volume);
  CHECK(host.engine.runtime().list_volumes({}).size() == 3);  // not those of what was fetched
}

TEST_CASE("the caches are left alone when nothing was fetched, or the run is cancelled") {
  FakeHost host;
  host.caches = {1000, 1000};
  int kept = 0;
  host.kept = [&](fake::ExecCall&) { ++kept; };
  SECTION("nothing was") {
    CHECK(words(host.build({host.target("a")})) == Names{"built"});
  }
  SECTION("it is cancelled") {
    host.said_between_steps = "fetched 1\n";
    host.fails["a"] = "build";
    host.at_build = [&](const std::string&, fake::ExecCall&) { host.cancel.request(15); };
    host.build({host.target("a")});
  }
  CHECK(kept == 0);
  CHECK(host.engine.runtime().list_volumes({}).size() == 2);
}

TEST_CASE("what can't be kept costs no build") {
  FakeHost host;
  host.caches = {1000, 1000};
  host.said_between_steps = "fetched 1\n";
  host.kept = [&](fake::ExecCall&) {
    throw RuntimeError(RuntimeError::Kind::lost, "the engine is gone");
  };
  CHECK(words(host.build({host.target("a")})) == Names{"built"});
  CHECK_THAT(read_file(host.history.last("a")->log),
             ContainsSubstring("not all that was fetched is kept: the engine is gone"));
  CHECK(host.engine.runtime().list_volumes({}).size() == 2);
}

TEST_CASE("what caches hold too much is removed at the end of a run") {
  FakeHost host;
  host.caches = {1000, 100};
  host.said_between_steps = "fetched 1\n";
  host.kept = [](fake::ExecCall& call) { call.out("77\n"); };
  host.build({host.target("a")});
  host.build({host.target("b")});
  const auto kept = host.history.caches();
  REQUIRE(kept.size() == 1);
  CHECK(kept.front().volume == own_cache_of(host.state.instance(), "b").name);
  CHECK(host.engine.runtime().list_volumes({}).size() == 2);
}

TEST_CASE("without caches there are no volumes") {
  FakeHost host;
  CHECK(words(host.build({host.target("a")})) == Names{"built"});
  CHECK(host.engine.runtime().list_volumes({}).empty());
  CHECK(host.history.caches().empty());
  CHECK(host.environments["a"].count("SHARED_CACHE") == 0);
}

TEST_CASE("a build goes on without a cache that can't be made") {
  FakeHost host;
  host.caches = {1000, 1000};
  host.engine.fail_next(fake::Call::create_volume,
                        RuntimeError(RuntimeError::Kind::rejected, "no"));
  CHECK(words(host.build({host.target("a")})) == Names{"built"});
  CHECK(host.engine.runtime().list_volumes({}).empty());
}

TEST_CASE("sources without a checksum are fetched anew") {
  FakeHost host;
  const std::vector<std::string> fields{"source = https://e.org/x", "source = https://e.org/y",
                                        "sha256sums = SKIP", "sha256sums = ab"};
  host.build({host.target_of("a", {"1", fields, true, "sha256sums=(SKIP ab)\n"})});
  CHECK(host.verified["a"] == Names{"y", ""});
  // The PKGBUILD has become less strict than its .SRCINFO, which makepkg would tell.
  host.lies["a"] = {"sha256sums = ab", "sha256sums = SKIP"};
  host.build({host.target_of("a", {"2", fields, true, "sha256sums=(SKIP SKIP)\n"})});
  CHECK(host.verified["a"].empty());
}
