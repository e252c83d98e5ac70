#pragma once

#include <cstddef>
#include <string>

#include "core/base/cancellation.hpp"

namespace pkgkiln {

/// The content behind an http, https (redirects followed) or file URL. Throws Error, with the URL
/// as it may be shown and what to do, when there is none, or more than `limit` bytes.
std::string download(const std::string& url, std::size_t limit, const Cancellation& cancel);

}  // namespace pkgkiln
