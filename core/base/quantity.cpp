#include "core/base/quantity.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace pkgkiln {

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  auto size = static_cast<double>(bytes) / 1024;
  const char* unit = "KMGTPE";
  for (; size >= 1023.95; ++unit) size /= 1024;
  return fmt::format("{:.1f} {}iB", size, *unit);
}

std::string duration_text(std::chrono::milliseconds duration) {
  duration = std::max(duration, std::chrono::milliseconds(0));
  const auto seconds = duration.count() / 1'000;
  if (seconds < 1) return fmt::format("{:.1f} s", static_cast<double>(duration.count()) / 1'000.0);
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3'600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3'600, seconds / 60 % 60);
}

}  // namespace pkgkiln
