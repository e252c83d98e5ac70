#include "core/base/cancellation.hpp"

#include <algorithm>

namespace pkgkiln {

namespace {
constexpr int kWithoutSignal = -1;
}

Cancellation::Cancellation() : flag_(std::make_shared<std::atomic<int>>(0)) {}

Cancellation Cancellation::with_deadline(Clock::time_point deadline) const {
  Cancellation narrower = *this;
  narrower.deadline_ = deadline_ ? std::min(*deadline_, deadline) : deadline;
  return narrower;
}

void Cancellation::request(int signal) noexcept {
  flag_->store(signal == 0 ? kWithoutSignal : signal, std::memory_order_relaxed);
}

void Cancellation::check() const {
  if (signal() != 0) throw Cancelled("interrupted");
  if (deadline_passed()) throw Cancelled("the time allowed is over");
}

}  // namespace pkgkiln
