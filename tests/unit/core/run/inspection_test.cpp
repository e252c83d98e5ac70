#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

#include "core/run/relations.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/run/told.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;

TEST_CASE("without a .SRCINFO to believe makepkg is asked first, in a container of its own",
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

TEST_CASE("an inspected target keeps no log open") {
  FakeHost host;
  std::mutex mutex;
  std::set<std::size_t> counts;
  host.at_inspect = [&](fake::ExecCall&) {
    std::size_t logs = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      const auto file = std::filesystem::read_symlink(entry.path(), gone).string();
      if (file.starts_with(host.state.logs().string())) ++logs;
    }
    const std::lock_guard lock(mutex);
    counts.insert(logs);
  };
  std::vector<Target> targets;
  for (const auto* name : {"a", "b", "c", "d", "e", "f"})
    targets.push_back(host.target_of(name, {"1", {}, false, {}}));
  host.build(targets);
  CHECK(host.observer.started.size() == 6);
  CHECK(*counts.begin() >= 1);
  CHECK(*counts.rbegin() <= 2);  // one a worker
}

TEST_CASE("what is found published when it is inspected is up to date and needs no build",
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

TEST_CASE("an interrupted inspection interrupts all that waits") {
  FakeHost host;
  std::atomic<bool> began{false};
  host.at_inspect = [&](fake::ExecCall& call) {
    if (call.container().labels.at(label::target) == "a") {
      began = true;
      return;
    }
    // The other one is inspected, and its container gone.
    while (!began || host.engine.runtime().list({}).size() > 1)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    host.cancel.request(15);
  };
  const auto results =
      host.build({host.target_of("a", {"1", {"depends = b"}, false, {}}),
                  host.target_of("b", {"1", {}, false, {}}), host.target("c", {"depends = a"})});
  CHECK(words(results) == Names{"interrupted", "interrupted", "interrupted"});
  CHECK(count(host.observer.steps, "a: dependencies") == 0);
  CHECK_FALSE(host.history.last("a"));
  CHECK_FALSE(std::filesystem::exists(host.state.logs() / "c"));
  CHECK(std::filesystem::is_empty(host.state.logs() / "a"));
  CHECK(host.history.last("b")->status == Status::interrupted);
}

TEST_CASE("the inspection of a target has the time that a build has") {
  FakeHost host;
  host.settings.timeout = std::chrono::seconds(0);
  const auto results = host.build({host.target_of("a", {"1", {}, false, {}}),
                                   host.target_of("b", {"1", {"depends = a"}, false, {}})});
  REQUIRE(words(results) == Names{"timed-out", "timed-out"});
  CHECK(results[0].step == "copy in");
}

TEST_CASE("a slow inspection holds up only what may wait for it") {
  FakeHost host;
  std::atomic<bool> published{false};
  std::atomic<bool> in_time{false};
  host.repository->on_publish = [&](const std::string& pkgname) {
    if (pkgname == "b") published = true;
  };
  host.at_inspect = [&](fake::ExecCall&) {
    for (int i = 0; i < 20'000 && !published; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    in_time = published.load();
  };
  const auto results =
      host.build({host.target_of("a", {"1", {}, false, {}}), host.target("b"),
                  host.target("c", {"depends = may-be-of-a"}), host.target("d", {"depends = b"})});
  CHECK(words(results) == Names{"built", "built", "built", "built"});
  CHECK(in_time);
  const auto& steps = host.observer.steps;
  const auto began = [&](const std::string& target) {
    return std::find(steps.begin(), steps.end(), target + ": source") - steps.begin();
  };
  CHECK(began("b") < began("c"));
  CHECK(std::find(steps.begin(), steps.end(), "a: inspect") - steps.begin() < began("c"));
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
  CHECK(result.why.find("the PKGBUILD ended makepkg") != std::string::npos);
  CHECK(result.hint.find("'exit'") != std::string::npos);
}

TEST_CASE("what is made for other machines is skipped, by what the host can read") {
  FakeHost host;
  const bool with_srcinfo = GENERATE(false, true);
  const auto target = host.target_of("a", {"1", {}, with_srcinfo, {}, {}, "1", "pdp11"});
  const auto result = host.build({target}).front();
  CHECK(result.status == Status::up_to_date);
  CHECK(result.why == "made for pdp11 only, not for " + machine_arch());
  CHECK(host.creates() == 0);
  CHECK_FALSE(host.history.last("a"));
  CHECK(host.build({host.target("a")}).front().status == Status::built);
  // What was built before it was restricted stays published, and its target's.
  host.target_of("a", {"2", {}, with_srcinfo, {}, {}, "1", "pdp11"});
  CHECK(host.build({target}).front().status == Status::up_to_date);
  CHECK(host.history.owner_of("a", "r") == "a");
}

TEST_CASE("what makepkg alone can tell to be for other machines is asked for once") {
  FakeHost host;
  auto target = host.target_of("a", {"1", {}, true, "eval :\n", {}, "1", "pdp11"});
  for (int run = 0; run < 2; ++run) {
    const auto result = host.build({target}).front();
    CHECK(result.status == Status::up_to_date);
    CHECK(result.why == "made for pdp11 only, not for " + machine_arch());
    CHECK(host.containers() == (run == 0 ? Names{"a"} : Names{}));
  }
  CHECK_FALSE(host.history.last("a"));
  SECTION("and again when it is forced, but not built") {
    target.force = true;
    CHECK(host.build({target}).front().status == Status::up_to_date);
    CHECK(host.containers() == Names{"a"});
  }
  SECTION("and again when it changed") {
    target = host.target_of("a", {"1", {}, true, "eval :\n"});
    CHECK(host.build({target}).front().status == Status::built);
  }
}
