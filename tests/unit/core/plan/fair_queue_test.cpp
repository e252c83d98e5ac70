#include <algorithm>
#include <atomic>
#include <thread>

#include "core/plan/planner.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Taken = std::optional<std::size_t>;

namespace {

FairQueue::AtOnce at_once(std::size_t count) {
  return [count](const std::string&) { return count; };
}

}  // namespace

TEST_CASE("work is handed out in order, of each host only so much at once") {
  FairQueue queue({"a", "a", "a", "b", "a"}, at_once(2));
  CHECK(queue.take() == Taken(0));
  CHECK(queue.take() == Taken(1));
  CHECK(queue.take() == Taken(3));
  CHECK(queue.take() == Taken());
  queue.done(1);
  CHECK(queue.take() == Taken(2));
  CHECK(queue.take() == Taken());
  queue.done(3);
  CHECK(queue.take() == Taken());
  queue.done(0);
  CHECK(queue.take() == Taken(4));
  queue.done(4);
  queue.done(2);
  CHECK(queue.take() == Taken());
}

TEST_CASE("no work is none to hand out") {
  CHECK(FairQueue({}, at_once(8)).take() == Taken());
}

TEST_CASE("threads that end when there is nothing to take leave nothing undone", "[concurrent]") {
  std::vector<std::string> hosts;
  for (int i = 0; i < 2'000; ++i) hosts.emplace_back(i % 5 == 0 ? std::to_string(i) : "big");
  FairQueue queue(hosts, at_once(3));
  std::vector<std::atomic<int>> times(hosts.size());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (auto taken = queue.take(); taken; taken = queue.take()) {
        ++times[*taken];
        queue.done(*taken);
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(std::all_of(times.begin(), times.end(), [](const auto& count) { return count == 1; }));
}

TEST_CASE("a host that bears less gets less work at once") {
  FairQueue queue({"a", "b", "a", "b", "a"},
                  [](const std::string& host) { return host == "a" ? 1U : 8U; });
  CHECK(queue.take() == Taken(0));
  CHECK(queue.take() == Taken(1));
  CHECK(queue.take() == Taken(3));
  CHECK(queue.take() == Taken());
  queue.done(0);
  CHECK(queue.take() == Taken(2));
}
