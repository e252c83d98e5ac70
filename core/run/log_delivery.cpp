#include "core/run/log_delivery.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "core/base/error.hpp"

namespace pkgkiln {

std::chrono::system_clock::time_point LogDelivery::start_of(const Target& target) const {
  using std::chrono::seconds;
  const auto now = std::chrono::system_clock::now();
  if (server_ == nullptr) return now;
  const auto last = history_.last(target.name);
  if (!last) return now;
  return std::max<std::chrono::system_clock::time_point>(
      now, std::chrono::floor<seconds>(last->started) + seconds(1));
}

void LogDelivery::deliver(const Target& target, const BuildRecord& build) const {
  if (server_ == nullptr) return;
  try {
    server_->deliver(target, build);
  } catch (const Error& error) {
    observer_.notice(
        fmt::format("the log of '{}' was not delivered: {}", target.name, error.what()));
  }
}

}  // namespace pkgkiln
