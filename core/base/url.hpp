#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pkgkiln {

/// Any text as the parts of a URL (RFC 3986), with their delimiters: put together, they are the
/// text again, which must outlive them. Nothing is decoded, repaired or refused: also what nobody
/// accepts has to be shown without its password, which is why this isn't libcurl's parser.
struct Url {
  explicit Url(std::string_view text);

  std::string_view scheme;    // "https://"; without one there is neither a user nor a host
  std::string_view user;      // "name:password@"
  std::string_view host;      // "example.com:8443"
  std::string_view path;      // "/a.git"
  std::string_view query;     // "?a=b"
  std::string_view fragment;  // "#c"

  /// "https://example.com:8443"
  std::string origin() const { return std::string(scheme) + std::string(host); }
  /// Without its port.
  std::string_view host_name() const;
  /// Else an unescaped '/', '?' or '#' of a password may have ended the host too early.
  bool has_possible_port() const;
};

/// Nothing when a '%' is not followed by two hex digits, or they stand for a control character.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace pkgkiln
