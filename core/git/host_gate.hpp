#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "core/base/cancellation.hpp"
#include "core/base/error.hpp"

namespace pkgkiln::git {

/// A host asked to be left alone for longer than anybody would wait.
class Resting : public ErrorKind<Resting> {
  using ErrorKind::ErrorKind;
};

/// Lets only so many ask a host at once, and none while it asked to be left alone. Thread-safe.
class HostGate {
 public:
  static constexpr std::chrono::seconds longest_rest{60};

  explicit HostGate(std::size_t places) : free_(places) {}
  HostGate(const HostGate&) = delete;
  HostGate& operator=(const HostGate&) = delete;

  /// Given back when it goes out of scope; the gate must outlive it.
  class Place {
   public:
    explicit Place(HostGate& gate) : gate_(&gate) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { gate_->leave(); }

   private:
    HostGate* gate_;
  };

  /// Waits for a place. Throws Cancelled.
  void enter(const Cancellation& cancel);
  void leave();

  /// Nobody is to ask for that long.
  void rest(std::chrono::seconds span);
  /// Waits until the host may be asked. Throws Resting when that is more than `longest_rest` away,
  /// and Cancelled.
  void wait_for_rest(const Cancellation& cancel);

 private:
  using Clock = Cancellation::Clock;

  Clock::duration rest_left();

  std::mutex mutex_;
  std::condition_variable left_;
  std::size_t free_;
  Clock::time_point rests_until_{};
};

}  // namespace pkgkiln::git
