#include "core/net/http_date.hpp"

namespace pkgkiln::net {

std::optional<std::time_t> http_date(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return end != nullptr && *end == '\0' ? std::optional(::timegm(&parts)) : std::nullopt;
}

}  // namespace pkgkiln::net
