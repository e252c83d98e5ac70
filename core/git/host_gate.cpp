#include "core/git/host_gate.hpp"

#include <algorithm>
#include <thread>

namespace pkgkiln::git {

namespace {

constexpr std::chrono::milliseconds kNap{100};

}  // namespace

void HostGate::enter(const Cancellation& cancel) {
  std::unique_lock lock(mutex_);
  while (free_ == 0) {
    cancel.check();
    left_.wait_for(lock, kNap);
  }
  --free_;
}

void HostGate::leave() {
  const std::lock_guard lock(mutex_);
  ++free_;
  left_.notify_one();
}

void HostGate::rest(std::chrono::seconds span) {
  const std::lock_guard lock(mutex_);
  rests_until_ = std::max(rests_until_, Clock::now() + span);
}

void HostGate::wait_for_rest(const Cancellation& cancel) {
  for (auto left = rest_left(); left > Clock::duration::zero(); left = rest_left()) {
    if (left > longest_rest)
      throw Resting("the server asks to be left alone for " +
                    std::to_string(std::chrono::duration_cast<std::chrono::seconds>(left).count()) +
                    " s");
    cancel.check();
    std::this_thread::sleep_for(std::min<Clock::duration>(left, kNap));
  }
}

HostGate::Clock::duration HostGate::rest_left() {
  const std::lock_guard lock(mutex_);
  return rests_until_ - Clock::now();
}

}  // namespace pkgkiln::git
