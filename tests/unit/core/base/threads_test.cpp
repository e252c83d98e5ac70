#include "core/base/threads.hpp"

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/catch.hpp"

using namespace pkgkiln;

TEST_CASE("work is done by all the threads, this one among them", "[concurrent]") {
  std::mutex mutex;
  std::set<std::thread::id> seen;
  const auto note = [&] {
    const std::lock_guard lock(mutex);
    seen.insert(std::this_thread::get_id());
  };
  in_threads(1, note, [] {});
  CHECK(seen == std::set{std::this_thread::get_id()});
  std::atomic<int> here{0};
  in_threads(
      4,
      [&] {
        note();
        for (++here; here < 4;) std::this_thread::yield();
      },
      [] {});
  CHECK(seen.size() == 4);
}

TEST_CASE("the first failure comes out when all have ended", "[concurrent]") {
  std::atomic<bool> stop{false};
  std::atomic<int> ended{0};
  const auto work = [&] {
    if (ended++ == 0) throw std::runtime_error("first");
    while (!stop) std::this_thread::yield();
    ++ended;
    throw std::runtime_error("later");
  };
  CHECK_THROWS_WITH(in_threads(3, work, [&] { stop = true; }), "first");
  CHECK(ended == 5);
}
