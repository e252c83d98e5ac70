#include <algorithm>
#include <atomic>
#include <thread>

#include "core/journal/database.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/run/fake_host.hpp"
#include "tests/unit/core/run/meeting.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using test::FakeHost;
using test::Meeting;
using Names = std::vector<std::string>;
using Status = Status;

namespace {

std::ptrdiff_t count(const std::vector<BuildRecord>& results, Status status) {
  return std::count_if(results.begin(), results.end(),
                       [&](const BuildRecord& result) { return result.status == status; });
}

bool nothing_is_left(FakeHost& host) {
  auto& runtime = host.engine.runtime();
  return runtime.list({}).empty() && runtime.list_networks({}).empty();
}

std::vector<Target> targets(FakeHost& host, const Names& names) {
  std::vector<Target> found;
  for (const auto& name : names) found.push_back(host.target(name));
  return found;
}

/// How many there are at once, and were at most.
class Crowd {
 public:
  void enter() {
    const auto now = ++now_;
    auto most = most_.load();
    while (now > most && !most_.compare_exchange_weak(most, now)) {
    }
  }
  void leave() { --now_; }
  int most() const { return most_; }

 private:
  std::atomic<int> now_{0}, most_{0};
};

}  // namespace

TEST_CASE("as many builds run at once as there are jobs, and no more", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = 2;
  Meeting meeting(2);
  Crowd crowd;
  std::atomic<int> alone{0};
  host.at_build = [&](const std::string&, fake::ExecCall&) {
    crowd.enter();
    if (!meeting.join()) ++alone;
    crowd.leave();
  };
  const auto results = host.build(targets(host, {"a", "b", "c", "d"}));
  CHECK(count(results, Status::built) == 4);
  CHECK(alone == 0);
  CHECK(crowd.most() == 2);
  CHECK(nothing_is_left(host));
  CHECK(results[0].target == "a");
  CHECK(results[3].target == "d");
}

TEST_CASE("beside the last that runs, the next is made ready", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = 1;
  auto& runtime = host.engine.runtime();
  std::atomic<std::size_t> most{0};
  std::atomic<int> builds{0};
  host.at_build = [&](const std::string&, fake::ExecCall&) {
    const bool first = ++builds == 1;
    for (int i = 0; first && i < 60'000 && runtime.list({}).size() < 2; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    most = std::max(most.load(), runtime.list({}).size());
  };
  CHECK(count(host.build(targets(host, {"a", "b", "c"})), Status::built) == 3);
  CHECK(most == 2);
  CHECK(nothing_is_left(host));
}

TEST_CASE("the next is built while the one before is published", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = 1;
  Meeting meeting(2);
  std::atomic<bool> met{true};
  std::atomic<int> builds{0}, published{0};
  host.repository->on_publish = [&](const std::string&) {
    if (++published == 1) met = meeting.join() && met;
  };
  host.at_build = [&](const std::string&, fake::ExecCall&) {
    if (++builds == 2) met = meeting.join() && met;
  };
  CHECK(count(host.build(targets(host, {"a", "b"})), Status::built) == 2);
  CHECK(met);
}

TEST_CASE("waiting for others takes nothing of the time that a build may take", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = 1;
  host.settings.timeout = std::chrono::seconds(2);
  host.at_build = [&](const std::string&, fake::ExecCall&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  };
  const auto results = host.build(targets(host, {"a", "b"}));
  CHECK(count(results, Status::built) == 2);
  for (const auto& result : results)
    CHECK(result.finished - result.started < std::chrono::seconds(2));
}

TEST_CASE("what doesn't depend on each other is built at once, what does is not", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = 4;
  Meeting meeting(2);
  std::atomic<bool> met{true};
  host.at_build = [&](const std::string& target, fake::ExecCall&) {
    if (target != "top" && target != "bottom") met = meeting.join() && met;
  };
  const auto results =
      host.build({host.target("top", {"depends = left", "makedepends = right"}),
                  host.target("left", {"depends = bottom"}),
                  host.target("right", {"depends = bottom"}), host.target("bottom")});
  CHECK(count(results, Status::built) == 4);
  CHECK(met);
  const auto& ended = host.observer.ended;
  REQUIRE(ended.size() == 4);
  CHECK(ended.front() == "bottom");
  CHECK(ended.back() == "top");
  CHECK(host.offered["top"].count("left-1-1-any.pkg.tar.gz") == 1);
  CHECK(host.offered["top"].count("right-1-1-any.pkg.tar.gz") == 1);
}

TEST_CASE("targets are looked into at once", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = 2;
  Meeting meeting(2);
  std::atomic<bool> met{true};
  host.at_inspect = [&](fake::ExecCall&) { met = meeting.join() && met; };
  const auto results = host.build({host.target_of("a", {"1", {}, false, {}}),
                                   host.target_of("b", {"1", {"depends = a"}, false, {}})});
  CHECK(count(results, Status::built) == 2);
  CHECK(met);
}

TEST_CASE("a build keeps its share of the cores busy, all of them when it is alone",
          "[concurrent]") {
  FakeHost host;
  host.capacity = {2, 5, 0};
  Meeting meeting(2);
  host.at_build = [&](const std::string& target, fake::ExecCall&) {
    if (target != "top") meeting.join();
  };
  SECTION("by default") {
    host.build(
        {host.target("top", {"depends = a", "depends = b"}), host.target("a"), host.target("b")});
    CHECK(host.makeflags ==
          std::map<std::string, std::string>{{"a", "-j3"}, {"b", "-j3"}, {"top", "-j5"}});
  }
  SECTION("unless the user says otherwise") {
    host.settings.environment.makeflags = "-j7";
    host.build(targets(host, {"a", "b"}));
    CHECK(host.makeflags == std::map<std::string, std::string>{{"a", "-j7"}, {"b", "-j7"}});
  }
}

TEST_CASE("the memory that a build took is remembered, and decides who runs beside it next time",
          "[concurrent]") {
  FakeHost host;
  host.capacity = {3, 1, 10};
  host.peaks = {{"a", 6}, {"b", 6}};
  const auto all = targets(host, {"a", "b", "c"});
  CHECK(count(host.build(all), Status::built) == 3);
  CHECK(host.history.last("a")->peak_memory == 6);
  CHECK(host.history.last("c")->peak_memory == 0);
  Crowd large;
  host.at_build = [&](const std::string& target, fake::ExecCall&) {
    if (target == "c") return;
    large.enter();
    for (int i = 0; i < 20; ++i) std::this_thread::yield();
    large.leave();
  };
  for (const auto& target : all) host.target_of(target.name, {"2", {}, true, {}});
  CHECK(count(host.build(all), Status::built) == 3);
  CHECK(large.most() == 1);
}

TEST_CASE("an engine that can't tell what was used fails no build") {
  FakeHost host;
  host.peaks = {{"a", 6}};
  host.engine.fail_next(fake::Call::usage, RuntimeError(RuntimeError::Kind::rejected, "no stats"));
  const auto results = host.build({host.target("a")});
  CHECK(count(results, Status::built) == 1);
  CHECK(results.front().peak_memory == 0);
  CHECK_THAT(read_file(results.front().log), ContainsSubstring("no stats"));
}

TEST_CASE("where the engine doesn't tell what was used, the cgroup does") {
  FakeHost host;
  host.said_between_steps = "8589934592\n";
  host.peaks = {{"b", 6}};
  const auto results = host.build(targets(host, {"a", "b"}));
  CHECK(results[0].peak_memory == std::uint64_t{8} << 30U);
  CHECK(results[1].peak_memory == 6);
  host.said_between_steps = "max";
  CHECK(host.build(targets(host, {"c"})).front().peak_memory == 0);
}

TEST_CASE("a call that the engine refuses fails the build that made it, and no other",
          "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = 4;
  host.build(targets(host, {"first"}));  // what concerns all of them has been asked
  host.engine.fail_next(fake::Call::copy_out,
                        RuntimeError(RuntimeError::Kind::rejected, "not now"));
  const auto results = host.build(targets(host, {"a", "b", "c", "d"}));
  CHECK(count(results, Status::built) == 3);
  CHECK(count(results, Status::failed) == 1);
  CHECK(nothing_is_left(host));
}

TEST_CASE("an interrupted run ends all that runs and begins no more", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = 2;
  Meeting meeting(2);
  host.at_build = [&](const std::string&, fake::ExecCall& call) {
    meeting.join();
    host.cancel.request(15);
    while (call.running()) std::this_thread::yield();
  };
  const auto results = host.build(targets(host, {"a", "b", "c", "d"}));
  CHECK(count(results, Status::interrupted) == 4);
  CHECK(host.observer.ended.size() == 4);
  std::map<std::string, int> steps;
  for (const auto& name : host.observer.started) {
    CHECK(host.history.last(name)->status == Status::interrupted);
    ++steps[host.history.last(name)->step];
  }
  CHECK(steps["build"] == 2);
  CHECK(host.observer.started.size() <= 3);  // one may have been made ready
  CHECK(nothing_is_left(host));
  CHECK(host.cancel.signal() == 15);
}

TEST_CASE("a state that is out of reach ends the run, after what runs has ended", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = 2;
  Meeting meeting(2);
  std::atomic<int> begun{0};
  host.at_build = [&](const std::string&, fake::ExecCall&) {
    const int mine = ++begun;
    if (mine > 2) return;  // was made ready meanwhile
    meeting.join();
    if (mine == 1) sqlite::Connection(host.state.database()).execute("DROP TABLE builds");
    meeting.join();
  };
  const auto all = targets(host, {"a", "b", "c", "d"});
  CHECK_THROWS_WITH(host.build(all), ContainsSubstring("cannot use the database"));
  CHECK(begun < 4);
  CHECK(nothing_is_left(host));
}

TEST_CASE("of two targets that make one package at once, one gets it", "[concurrent]") {
  FakeHost host;
  host.capacity.jobs = 2;
  const auto results = host.build({host.target_of("a", {"1", {}, true, {}, "same"}),
                                   host.target_of("b", {"2", {}, true, {}, "same"})});
  REQUIRE(count(results, Status::built) == 1);
  REQUIRE(count(results, Status::failed) == 1);
  const bool first = results[0].status == Status::built;
  CHECK(results[first ? 1 : 0].why ==
        "its package same belongs to the target '" + results[first ? 0 : 1].target + "'");
}
