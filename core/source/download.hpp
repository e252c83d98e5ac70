#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/cancellation.hpp"

namespace pkgkiln {

struct Download {
  std::string content;
  /// By which the server tells whether this still is the content (RFC 9110, 8.8.3); empty where
  /// that isn't sure. Times don't tell it: what is put back in its place may be older.
  std::string etag;
};

/// What is behind an http, https (redirects followed) or file URL; nothing when the server says
/// that it still is what it gave that `etag`. Throws Error, with the URL as it may be shown and
/// what to do, when there is none, or more than `limit` bytes.
std::optional<Download> download(const std::string& url, const std::string& etag, std::size_t limit,
                                 const Cancellation& cancel);

/// Whether that is a strong ETag of bounded length.
bool is_etag(std::string_view text);

}  // namespace pkgkiln
