#pragma once

#include <string>

#include "core/base/stream.hpp"
#include "core/net/http.hpp"

namespace pkgkiln::net {

/// Whether the request has a body, maybe an empty one.
bool carries_body(const Request& request);

/// The request's stream, ended after `length` bytes if that is known. It throws Error naming
/// `peer` when the stream ends before.
Source body_stream(const Request& request, const std::string& peer);

}  // namespace pkgkiln::net
