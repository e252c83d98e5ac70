#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "core/base/cancellation.hpp"
#include "core/base/error.hpp"
#include "core/net/http.hpp"
#include "core/net/retry.hpp"

namespace pkgkiln::git {

/// A host asked to be left alone for longer than anybody would wait.
class Resting : public ErrorKind<Resting> {
  using ErrorKind::ErrorKind;
};

/// Lets only so many ask a host at once, and none while it asked to be left alone. Thread-safe.
class HostGate {
 public:
  static constexpr std::chrono::seconds longest_rest{60};

  explicit HostGate(std::size_t slots) : free_(slots) {}
  HostGate(const HostGate&) = delete;
  HostGate& operator=(const HostGate&) = delete;

  /// Given back when it goes out of scope; the gate must outlive it.
  class Slot {
   public:
    explicit Slot(HostGate& gate) : gate_(&gate) {}
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() { gate_->release(); }

   private:
    HostGate* gate_;
  };

  /// Waits for a slot. Throws Cancelled.
  void acquire(const Cancellation& cancel);
  void release();

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

/// How much is asked of a host.
struct Politeness {
  std::size_t at_once = 8;
  std::chrono::seconds for_one{120};  // longest time for one remote
  net::Patience patience{std::chrono::seconds(65), std::chrono::milliseconds(250),
                         std::chrono::milliseconds(8'000), 3};
  std::map<std::string, std::size_t> less_at_once = {};  // by origin: hosts that bear less

  std::size_t at_once_of(const std::string& origin) const {
    const auto found = less_at_once.find(origin);
    return found == less_at_once.end() ? at_once : found->second;
  }
};

/// A host that remotes are on, as a run knows it. Thread-safe.
class Host {
 public:
  Host(const std::string& origin, const Politeness& politeness)
      : gate(politeness.at_once_of(origin)),
        patience_(politeness.patience),
        client_({origin, {}}) {}

  /// To be passed by whoever asks.
  HostGate gate;
  /// Whether to ask it in version 2 of Git's protocol without asking first what it speaks: nearly
  /// all do, and what answers in another way is asked first from then on.
  std::atomic<bool> speaks_v2 = true;

  /// Sends the request when the host may be asked, but not soon after it wasn't reached at all. An
  /// answer that says so lets the host rest; it is thrown as net::TryLater, as every one that may
  /// be another later is.
  net::Response ask_once(const net::Request& request, const Cancellation& cancel);
  /// The same a few times while that may help. Throws what the last attempt threw.
  net::Response ask(const net::Request& request, const Cancellation& cancel);

  void close_idle() { client_.close_idle(); }

 private:
  net::Response attempt(const net::Request& request, const Cancellation& cancel);
  void throw_if_unreachable();
  void note_unreachable(const net::TransportError& error);

  net::Patience patience_;
  net::Client client_;
  std::mutex mutex_;
  std::optional<net::TransportError> unreachable_;
  Cancellation::Clock::time_point unreachable_until_{};
};

/// All hosts of a run. Thread-safe.
class Hosts {
 public:
  explicit Hosts(Politeness politeness) : politeness_(std::move(politeness)) {}

  /// It stays as long as this does.
  Host& at(const std::string& origin);
  const Politeness& politeness() const { return politeness_; }

 private:
  Politeness politeness_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Host>> hosts_;
};

}  // namespace pkgkiln::git
