#include "core/run/log_delivery.hpp"

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
    if (down) throw Error("no answer");
    const std::lock_guard lock(mutex_);
    whole = whole && target.name == build.target && std::filesystem::file_size(build.log) > 0;
    statuses.push_back(build.status);
    started.push_back(std::chrono::floor<std::chrono::seconds>(build.started));
  }

  bool down = false, whole = true;
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
  const std::vector targets{host.target("good"), host.target("bad"),
                            host.target("app", {"depends = bad"})};
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
  for (int i = 0; i < 4; ++i) host.build({target});
  REQUIRE(logs.started.size() == 4);
  for (std::size_t i = 1; i < logs.started.size(); ++i)
    CHECK(logs.started[i - 1] < logs.started[i]);
}

TEST_CASE("a log that can't be delivered is noticed, and fails nothing") {
  FakeHost host;
  KeptLogs logs;
  logs.down = true;
  host.logs = &logs;
  const auto results = host.build({host.target("a")});
  CHECK(results.front().status == TargetResult::Status::built);
  CHECK(host.observer.notices ==
        std::vector<std::string>{"the log of 'a' was not delivered: no answer"});
}
