#include "core/events/log_delivery.hpp"

#include <functional>
#include <mutex>
#include <set>

#include "tests/catch.hpp"
#include "tests/unit/core/run/fake_host.hpp"

using namespace pkgkiln;
using test::FakeHost;

namespace {

class KeptLogs : public BuildLogServer {
 public:
  void deliver(const Target& target, const BuildRecord& build) override {
    const std::lock_guard lock(mutex_);
    ++asked;
    if (on_delivery) on_delivery();
    if (down) throw Error("no answer");
    if (refuses) throw Undeliverable("no such target");
    whole = whole && target.name == build.target && std::filesystem::file_size(build.log) > 0;
    statuses.emplace_back(word(build.status));
    started.push_back(std::chrono::floor<std::chrono::seconds>(build.started));
  }

  bool down = false, refuses = false, whole = true;
  int asked = 0;
  std::function<void()> on_delivery;
  std::vector<std::string> statuses;
  std::vector<std::chrono::sys_seconds> started;

 private:
  std::mutex mutex_;
};

}  // namespace

TEST_CASE("logs of builds are delivered, those of what was not tried are not") {
  FakeHost host;
  KeptLogs logs;
  host.logs = &logs;
  host.fails["bad"] = "build";
  std::vector targets{host.target("good"), host.target("bad"),
                      host.target("app", {"depends = bad"})};
  for (auto& target : targets) target.vieter_id = 1;
  host.build(targets);
  CHECK(std::set<std::string>(logs.statuses.begin(), logs.statuses.end()) ==
        std::set<std::string>{"built", "failed"});
  CHECK(logs.statuses.size() == 2);
  CHECK(logs.whole);
  host.build({targets.front()});
  CHECK(logs.statuses.size() == 2);
}

TEST_CASE("no two logs of a target are of one second, over runs") {
  FakeHost host;
  KeptLogs logs;
  host.logs = &logs;
  auto target = host.target("a");
  target.force = true;
  target.vieter_id = 1;
  for (int i = 0; i < 4; ++i) host.build({target});
  REQUIRE(logs.started.size() == 4);
  for (std::size_t i = 1; i < logs.started.size(); ++i)
    CHECK(logs.started[i - 1] < logs.started[i]);
}

namespace {

/// A target of a server that takes logs, which is down at first.
struct LogsWaiting {
  FakeHost host;
  KeptLogs logs;
  Target target = test_target(host, "a");

  LogsWaiting() {
    host.logs = &logs;
    logs.down = true;
    build();
  }
  static Target test_target(FakeHost& host, const std::string& name) {
    auto target = host.target(name);
    target.vieter_id = 7;
    return target;
  }
  /// Another version, which is built.
  std::vector<BuildRecord> build() {
    host.target_of("a", {std::to_string(++version_), {}, true, {}});
    return host.build({target});
  }
  std::vector<std::filesystem::path> waiting() const {
    std::vector<std::filesystem::path> result;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(host.state.undelivered()))
      if (entry.is_regular_file()) result.push_back(entry.path());
    return result;
  }

 private:
  int version_ = 1;
};

}  // namespace

TEST_CASE("a log that can't be delivered is noticed, fails nothing, and goes with the next run") {
  LogsWaiting all;
  CHECK(all.host.observer.notices ==
        std::vector<std::string>{"the log of 'a' waits for the next run: no answer"});
  REQUIRE(all.waiting().size() == 1);
  CHECK(all.build().front().status == Status::built);
  CHECK(all.waiting().size() == 2);
  CHECK(all.logs.asked == 3);  // the first that fails ends it

  all.logs.down = false;
  CHECK(all.host.build({all.target}).front().status == Status::up_to_date);
  CHECK(all.logs.statuses == std::vector<std::string>{"built", "built"});
  CHECK(all.logs.started[0] != all.logs.started[1]);
  CHECK(all.logs.whole);
  CHECK(std::filesystem::is_empty(all.host.state.undelivered()));
  all.host.build({all.target});
  CHECK(all.logs.statuses.size() == 2);
}

TEST_CASE("the log of a run that was killed before it came to that is delivered as well") {
  LogsWaiting all;
  all.logs.down = false;
  bool kept = false;
  all.logs.on_delivery = [&] { kept = all.waiting().size() == 1; };
  all.build();  // the old one first, then its own, which was kept before it was sent
  CHECK(kept);
  CHECK(all.waiting().empty());
}

TEST_CASE("a log that the server refuses is not sent again") {
  LogsWaiting all;
  all.logs.down = false;
  all.logs.refuses = true;
  all.host.observer.notices.clear();
  all.host.build({all.target});
  CHECK(all.waiting().empty());
  CHECK(all.host.observer.notices.front() == "the log of 'a' was not delivered: no such target");
}

TEST_CASE("logs that nobody wants any more are not delivered") {
  LogsWaiting all;
  all.logs.down = false;
  auto other = all.target;
  int of_own_build = 0;
  SECTION("of another target that has the name now") {
    of_own_build = 1;
    other.url = LogsWaiting::test_target(all.host, "b").url;
  }
  SECTION("older than is kept") {
    all.host.keep_logs = std::chrono::hours(1);
    std::filesystem::last_write_time(
        all.waiting().front(),
        std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
  }
  SECTION("whose file is gone") {
    std::filesystem::remove_all(all.host.state.logs() / "a");
  }
  SECTION("whose record is damaged") {
    write_file_atomically(all.waiting().front(), "{");
  }
  const auto before = all.logs.asked;
  all.host.build({other});
  CHECK(all.waiting().empty());
  CHECK(all.logs.asked - before == of_own_build);
}

TEST_CASE("a server that is away for long gets the newest logs") {
  LogsWaiting all;
  const auto one = all.waiting().front();
  for (int i = 100; i < 180; ++i)
    std::filesystem::copy(one, one.parent_path() / (std::to_string(i) + ".json"));
  all.build();
  CHECK(all.waiting().size() == 50);
  CHECK(std::filesystem::exists(one));
}
