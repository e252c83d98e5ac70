#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>

namespace pkgkiln {

/// Asks long work to stop: because of a signal, or because a deadline is over. A copy asks the
/// same question; `with_deadline` makes a narrower one. Thread-safe; `request` is
/// async-signal-safe.
///
/// Whoever blocks looks at `requested()` at least every 200 ms and throws Cancelled.
class Cancellation {
 public:
  using Clock = std::chrono::steady_clock;

  Cancellation();
  static Cancellation never() { return Cancellation(); }

  Cancellation with_deadline(Clock::time_point deadline) const;

  /// `signal` is the number that ends the program (128+n), 0 for none.
  void request(int signal) noexcept;

  bool requested() const { return asked() || deadline_passed(); }
  /// The signal that it was requested with; 0 when there was none.
  int signal() const noexcept;
  bool deadline_passed() const { return deadline_ && Clock::now() >= *deadline_; }
  const std::optional<Clock::time_point>& deadline() const { return deadline_; }

  /// Throws Cancelled when requested.
  void check() const;

 private:
  bool asked() const { return flag_->load(std::memory_order_relaxed) != 0; }

  std::shared_ptr<std::atomic<int>> flag_;
  std::optional<Clock::time_point> deadline_;
};

/// Work was given up since its Cancellation asked for it: ask that for the reason. It is no Error,
/// so that who handles those need not let it through.
class Cancelled : public std::exception {
 public:
  /// `why` lives for ever.
  explicit Cancelled(const char* why) : why_(why) {}
  const char* what() const noexcept override { return why_; }

 private:
  const char* why_;
};

}  // namespace pkgkiln
