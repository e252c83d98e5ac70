#include "core/run/run.hpp"

#include <algorithm>
#include <set>

#include "core/cache/cache_volume.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/run/fake_host.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using test::FakeHost;
using Names = std::vector<std::string>;

namespace {

/// "built", "failed", … of the results in their order.
Names words(const std::vector<TargetResult>& results) {
  Names found;
  for (const auto& result : results) found.emplace_back(word(result.status));
  return found;
}

std::size_t count(const Names& list, const std::string& text) {
  return static_cast<std::size_t>(std::count(list.begin(), list.end(), text));
}

std::size_t logs_of(const FakeHost& host, const std::string& target) {
  const auto directory = host.state.log(target, "x").parent_path();
  if (!std::filesystem::exists(directory)) return 0;
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory),
                                                std::filesystem::directory_iterator()));
}

/// The same comes out whether targets are built one by one or not.
std::size_t one_or_four() {
  return GENERATE(std::size_t{1}, std::size_t{4});
}

/// Where the order of what doesn't depend on each other says nothing.
Names sorted(Names names) {
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

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

TEST_CASE("targets are built after those that they depend on, and told in their own order") {
  FakeHost host;
  const std::vector targets{host.target("app", {"depends = lib>=1", "makedepends = tool"}),
                            host.target("lib"), host.target("other"), host.target("tool")};
  const auto results = host.build(targets);
  CHECK(words(results) == Names{"built", "built", "built", "built"});
  CHECK(results.front().target.name == "app");
  CHECK(host.observer.started == Names{"lib", "other", "tool", "app"});
  CHECK(host.observer.ended == Names{"lib", "other", "tool", "app"});
  CHECK(host.containers() == Names{"lib", "other", "tool", "app"});  // their .SRCINFO was enough
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

TEST_CASE("without a .SRCINFO to believe the survey asks makepkg, in a container of its own",
          "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = one_or_four();
  const auto app = host.target_of("app", {"1", {"depends = lib"}, false, {}});
  REQUIRE(words(host.build({app, host.target("lib")})) == Names{"built", "built"});
  CHECK(sorted(host.containers()) == Names{"app", "app", "lib"});
  CHECK(host.observer.started == Names{"lib", "app"});
  CHECK(host.engine.runtime().list({}).empty());
  CHECK(host.engine.runtime().list_networks({}).empty());
}

TEST_CASE("a survey keeps no files open") {
  FakeHost host;
  std::set<long> counts;
  host.observer.on_step = [&](const std::string& step) {
    if (step.ends_with(": source"))
      counts.insert(std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                                  std::filesystem::directory_iterator()));
  };
  host.build({host.target("a"), host.target("b"), host.target("c"), host.target("d")});
  CHECK(host.observer.started.size() == 4);
  CHECK(counts.size() == 1);
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
  CHECK(results[1].record.step == "inspect");
  CHECK(results[1].record.exit_code == 12);
  CHECK(host.history.last("lib")->step == "inspect");
  CHECK(results[0].record.why == "its dependency 'lib' failed");
  CHECK_FALSE(host.history.last("app"));
  CHECK(logs_of(host, "app") == 0);
  CHECK(host.observer.started == Names{"lib", "other"});
  CHECK(sorted(host.containers()) == Names{"lib", "other"});
}

TEST_CASE("a target that can't be planned blocks those that need it", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = one_or_four();
  auto lost = host.target("lost");
  lost.url += "-not-there";
  const auto results = host.build({host.target("app", {"depends = lost"}), lost});
  REQUIRE(words(results) == Names{"blocked", "failed"});
  CHECK(results[0].target.name == "app");
}

TEST_CASE("the root of what is blocked is named", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = one_or_four();
  host.fails["c"] = "build";
  const auto results = host.build(
      {host.target("a", {"depends = b"}), host.target("b", {"depends = c"}), host.target("c")});
  REQUIRE(words(results) == Names{"blocked", "blocked", "failed"});
  CHECK(results[0].record.why == "its dependency 'b' is blocked by 'c', which failed");
  CHECK(results[1].record.why == "its dependency 'c' failed");
  CHECK_FALSE(all_good(results));
}

TEST_CASE("what waits in the spool blocks what needs it, until it is published", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = one_or_four();
  const std::vector targets{host.target("app", {"depends = lib"}), host.target("lib")};
  host.repository->down = true;
  const auto down = host.build(targets);
  REQUIRE(words(down) == Names{"blocked", "unpublished"});
  CHECK(down[0].record.why == "its dependency 'lib' could not be published");
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
  CHECK(results[1].record.step == "order");
  CHECK(results[1].record.why == "its dependencies form a cycle: a -> b -> a");
  CHECK_THAT(results[1].hint, ContainsSubstring("pkgkiln build a"));
  CHECK(results[0].record.why == "its dependency 'b' failed");
  CHECK_FALSE(host.history.last("a"));
  // The way out that was told.
  CHECK(words(host.build({a})) == Names{"built"});
  CHECK(words(host.build(targets)) == Names{"built", "up-to-date", "built", "up-to-date"});
}

TEST_CASE("what is found published in the survey is up to date and needs no build",
          "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = one_or_four();
  const std::vector targets{host.target("app", {"depends = lib"}), host.target("lib")};
  host.build(targets);
  host.containers();
  for (const auto* name : {"app", "lib"}) {  // moved, but not their versions
    test::write(host.directory.path() / "up" / name / "README", "new");
    test::git(host.directory.path() / "up" / name, {"add", "README"});
    test::git(host.directory.path() / "up" / name, {"commit", "--quiet", "--message", "x"});
  }
  const auto results = host.build(targets);
  CHECK(words(results) == Names{"up-to-date", "up-to-date"});
  CHECK(host.containers().empty());
  CHECK(host.history.last("lib")->commit == results[1].record.commit);
  CHECK(words(host.build(targets)) == Names{"up-to-date", "up-to-date"});
  CHECK(host.observer.steps.empty());
}

TEST_CASE("an interrupted survey interrupts all that was not built") {
  FakeHost host;
  host.observer.on_step = [&](const std::string& step) {
    if (step == "b: source") host.cancel.request(15);
  };
  const auto results =
      host.build({host.target_of("a", {"1", {}, false, {}}),
                  host.target_of("b", {"1", {"depends = a"}, false, {}}), host.target("c")});
  CHECK(words(results) == Names{"interrupted", "interrupted", "interrupted"});
  CHECK(count(host.observer.steps, "a: dependencies") == 0);
  CHECK_FALSE(host.history.last("a"));
  CHECK(host.history.last("b")->status == "interrupted");
}

TEST_CASE("the survey of a target has the time that a build has") {
  FakeHost host;
  host.settings.timeout = std::chrono::seconds(0);
  const auto results = host.build({host.target_of("a", {"1", {}, false, {}}),
                                   host.target_of("b", {"1", {"depends = a"}, false, {}})});
  REQUIRE(words(results) == Names{"timed-out", "timed-out"});
  CHECK(results[0].record.step == "copy in");
}

TEST_CASE("a repository that can't be asked stops no build") {
  FakeHost host;
  const auto target = host.target("a", {"depends = lib"});
  host.repository->down = true;
  const auto results = host.build({target});
  CHECK(words(results) == Names{"unpublished"});
  const auto log = read_file(results[0].record.log);
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

TEST_CASE("a build mounts the shared cache and its target's own, and no other's") {
  FakeHost host;
  host.settings.caches = {1000, 1000};
  std::map<std::string, std::vector<VolumeMount>> mounted;
  host.at_build = [&](const std::string& target, fake::ExecCall& call) {
    mounted[target] = call.container().volumes;
  };
  host.peak_of_cgroups = "4096\ncache 77\n";
  CHECK(words(host.build({host.target("a"), host.target("b")})) == Names{"built", "built"});
  const auto instance = host.state.instance();
  const auto shared = shared_cache_of(instance).name;
  for (const std::string target : {"a", "b"}) {
    CHECK(mounted[target] == std::vector<VolumeMount>{{shared, "/var/cache/pkgkiln/packages"},
                                                      {own_cache_of(instance, target).name,
                                                       "/var/cache/pkgkiln/target"}});
    CHECK(host.environments[target]["SHARED_CACHE_LIMIT"] == "1000");
    CHECK(host.environments[target]["OWN_CACHE"] == "/var/cache/pkgkiln/target");
  }
  CHECK(host.history.caches().front().bytes == 77);
  CHECK(host.history.last("a")->peak_memory == 4096);
  CHECK(host.engine.runtime().list_volumes({}).size() == 3);
}

TEST_CASE("what caches hold too much is removed at the end of a run") {
  FakeHost host;
  host.settings.caches = {1000, 100};
  host.peak_of_cgroups = "cache 77\n";
  host.build({host.target("a"), host.target("b")});
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
  host.settings.caches = {1000, 1000};
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
  CHECK(host.fetched_anew["a"] == Names{"x"});
  // The PKGBUILD has become less strict than its .SRCINFO.
  host.build({host.target_of("a", {"2", fields, true, "sha256sums=(SKIP SKIP)\n"})});
  CHECK(host.fetched_anew["a"] == Names{"."});
}

TEST_CASE("logs and records that are too old go at the end of a run that built something") {
  FakeHost host;
  host.keep_logs = std::chrono::hours(1);
  host.build({host.target("a")});
  const auto old = host.history.last("a")->log;
  std::filesystem::last_write_time(
      old, std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
  host.build({host.target("b")});
  CHECK(std::filesystem::exists(old));
  host.build({host.target_of("a", {"2", {}, true, {}})});
  CHECK_FALSE(std::filesystem::exists(old));
  CHECK(logs_of(host, "a") == 1);
}
