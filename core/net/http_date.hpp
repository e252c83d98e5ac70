#pragma once

#include <ctime>
#include <optional>
#include <string>

namespace pkgkiln::net {

/// A date of HTTP, such as "Wed, 21 Oct 2015 07:28:00 GMT" (RFC 9110, 5.6.7); nothing for anything
/// else.
std::optional<std::time_t> http_date(const std::string& text);

}  // namespace pkgkiln::net
