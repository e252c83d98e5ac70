#include <atomic>
#include <thread>
#include <vector>

#include "core/git/ask/host.hpp"
#include "tests/catch.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace std::chrono_literals;
using git::HostGate;

namespace {

Cancellation soon(std::chrono::milliseconds span) {
  return kNever.with_deadline(Cancellation::Clock::now() + span);
}

}  // namespace

TEST_CASE("no more than its places are in a gate at once", "[concurrent]") {
  HostGate gate(3);
  std::atomic<int> inside = 0, most = 0, done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 20; ++k) {
        gate.acquire(kNever);
        const HostGate::Slot place(gate);
        const int now = ++inside;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        std::this_thread::yield();
        --inside;
        ++done;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(done == 240);
  CHECK(most <= 3);
}

TEST_CASE("who waits for a place can be cancelled, and the place is free again later") {
  HostGate gate(1);
  {
    gate.acquire(kNever);
    const HostGate::Slot place(gate);
    CHECK_THROWS_AS(gate.acquire(soon(20ms)), Cancelled);
  }
  gate.acquire(soon(0ms));
  gate.release();
}

TEST_CASE("nobody asks a host while it rests") {
  HostGate gate(1);
  gate.wait_for_rest(kNever);
  const auto begin = Cancellation::Clock::now();
  gate.rest(1s);
  gate.rest(0s);  // an earlier wish doesn't shorten it
  CHECK_THROWS_AS(gate.wait_for_rest(soon(10ms)), Cancelled);
  gate.wait_for_rest(kNever);
  CHECK(Cancellation::Clock::now() - begin >= 1s);
}

TEST_CASE("a rest longer than anybody waits for is told at once") {
  HostGate gate(1);
  gate.rest(600s);
  CHECK_THROWS_AS(gate.wait_for_rest(kNever), git::Resting);
}
