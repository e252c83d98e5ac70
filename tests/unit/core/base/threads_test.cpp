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

TEST_CASE("every index is worked on once", "[concurrent]") {
  std::vector<std::atomic<int>> times(1000);
  for_each_index(times.size(), 4, [&](std::size_t i) { ++times[i]; });
  for (const auto& count : times) CHECK(count == 1);
  for_each_index(0, 4, [](std::size_t) { FAIL(); });
  std::vector<std::size_t> order;
  for_each_index(5, 1, [&](std::size_t i) { order.push_back(i); });
  CHECK(order == std::vector<std::size_t>{0, 1, 2, 3, 4});
}

TEST_CASE("no index is begun after a failure", "[concurrent]") {
  std::atomic<int> begun{0};
  const auto work = [&](std::size_t i) {
    ++begun;
    if (i == 3) throw std::runtime_error("three");
  };
  CHECK_THROWS_WITH(for_each_index(1000, 1, work), "three");
  CHECK(begun == 4);
  CHECK_THROWS_WITH(for_each_index(1'000'000, 4, work), "three");
  CHECK(begun < 1'000'000);
}
