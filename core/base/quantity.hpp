#pragma once

#include <chrono>
#include <cstdint>
#include <string>

/// Amounts as people read them.
namespace pkgkiln {

/// "512 B", "1.5 KiB", "20.0 GiB".
std::string size_text(std::uint64_t bytes);
/// "0.4 s", "12 s", "3 min 20 s", "1 h 5 min".
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace pkgkiln
