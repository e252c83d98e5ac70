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

int Cancellation::signal() const noexcept {
  const int flag = flag_->load(std::memory_order_relaxed);
  return flag == kWithoutSignal ? 0 : flag;
}

void Cancellation::check() const {
  if (asked()) throw Cancelled("interrupted");
  if (deadline_passed()) throw Cancelled("the time allowed is over");
}

}  // namespace pkgkiln
