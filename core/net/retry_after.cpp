#include "core/net/retry_after.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

#include "core/net/http_date.hpp"

namespace pkgkiln::net {

namespace {

constexpr long long kLongest = 3'600;

/// Seconds until a date; 0 for anything else.
long long until(const std::string& text) {
  const auto date = http_date(text);
  return date ? *date - std::time(nullptr) : 0;
}

}  // namespace

std::chrono::seconds retry_after(const Response& response) {
  const auto text = response.header("Retry-After");
  const auto* const end = text.data() + text.size();
  long long seconds = 0;
  const auto [stopped, problem] = std::from_chars(text.data(), end, seconds);
  if (problem == std::errc::result_out_of_range) seconds = kLongest;
  if (stopped != end || text.empty()) seconds = until(std::string(text));
  return std::chrono::seconds(std::clamp(seconds, 0LL, kLongest));
}

}  // namespace pkgkiln::net
