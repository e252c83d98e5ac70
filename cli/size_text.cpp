#include "cli/size_text.hpp"

#include <fmt/format.h>

namespace pkgkiln::cli {

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  auto size = static_cast<double>(bytes) / 1024;
  const char* unit = "KMGTPE";
  for (; size >= 1023.95; ++unit) size /= 1024;
  return fmt::format("{:.1f} {}iB", size, *unit);
}

}  // namespace pkgkiln::cli
