#include "core/run/survey.hpp"

#include <chrono>
#include <set>
#include <thread>

#include "tests/catch.hpp"
#include "tests/unit/core/run/told.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;

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
  host.at_inspect = [&](fake::ExecCall&) {
    counts.insert(std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                                std::filesystem::directory_iterator()));
  };
  std::vector<Target> targets;
  for (const auto* name : {"a", "b", "c", "d"})
    targets.push_back(host.target_of(name, {"1", {}, false, {}}));
  host.build(targets);
  CHECK(host.observer.started.size() == 4);
  CHECK(counts.size() == 1);
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
  CHECK(host.history.last("lib")->commit == results[1].commit);
  CHECK(words(host.build(targets)) == Names{"up-to-date", "up-to-date"});
  CHECK(host.observer.steps.empty());
}

TEST_CASE("an interrupted survey interrupts all that was not built") {
  FakeHost host;
  host.at_inspect = [&](fake::ExecCall& call) {
    if (call.container().labels.at(label::target) == "b") host.cancel.request(15);
  };
  const auto results =
      host.build({host.target_of("a", {"1", {}, false, {}}),
                  host.target_of("b", {"1", {"depends = a"}, false, {}}), host.target("c")});
  CHECK(words(results) == Names{"interrupted", "interrupted", "interrupted"});
  CHECK(count(host.observer.steps, "a: dependencies") == 0);
  CHECK_FALSE(host.history.last("a"));
  CHECK(host.history.last("b")->status == Status::interrupted);
}

TEST_CASE("the survey of a target has the time that a build has") {
  FakeHost host;
  host.settings.timeout = std::chrono::seconds(0);
  const auto results = host.build({host.target_of("a", {"1", {}, false, {}}),
                                   host.target_of("b", {"1", {"depends = a"}, false, {}})});
  REQUIRE(words(results) == Names{"timed-out", "timed-out"});
  CHECK(results[0].step == "copy in");
}

TEST_CASE("a PKGBUILD that isn't read soon holds up nobody else for long") {
  FakeHost host;
  host.settings.longest_reading = std::chrono::seconds(0);
  host.at_inspect = [](fake::ExecCall& call) {
    while (call.running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  const std::vector targets{host.target_of("a", {"1", {}, false, {}}), host.target("b")};
  const auto results = host.build(targets);
  REQUIRE(words(results) == Names{"timed-out", "built"});
  CHECK(results[0].step == "inspect");
  CHECK(results[0].why == "makepkg had not read its PKGBUILD after 0 s");
  CHECK(results[0].hint.find("timeout") == std::string::npos);
  CHECK(host.engine.runtime().list({}).empty());
}

TEST_CASE("a PKGBUILD that ends makepkg is told as what it is") {
  FakeHost host;
  host.silent.insert("a");
  const auto result = host.build({host.target_of("a", {"1", {}, false, {}})}).front();
  REQUIRE(result.status == Status::failed);
  CHECK(result.step == "inspect");
  CHECK(result.why.find("the PKGBUILD ended it") != std::string::npos);
  CHECK(result.hint.find("'exit'") != std::string::npos);
}
