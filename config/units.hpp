#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pkgkiln::config {

/// "90s", "30min", "2h", "1d", or a bare number of seconds. Nothing for anything else, and for
/// more than a hundred years.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);
/// In the largest unit that divides it.
std::string format_duration(std::chrono::seconds duration);

/// "512M", "4G", "4GiB" (binary: K, M, G, T), or a bare number of bytes. Nothing for anything
/// else, and for an exbibyte or more.
std::optional<std::uint64_t> parse_size(std::string_view text);
std::string format_size(std::uint64_t bytes);

}  // namespace pkgkiln::config
