#pragma once

#include <chrono>

#include "core/net/http.hpp"

namespace pkgkiln::net {

/// How long the server asks to be left alone (RFC 9110, 10.2.3): 0 when it doesn't say, an hour at
/// most.
std::chrono::seconds retry_after(const Response& response);

}  // namespace pkgkiln::net
