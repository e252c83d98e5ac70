#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

/// Where a repository is asked over HTTP.
struct HttpAddress {
  std::string origin;    // "https://example.com:8443"
  std::string path;      // "/group/a.git", without a slash at its end
  Secret authorization;  // that header's value; may be empty

  std::string location() const { return origin + path; }
  bool is_encrypted() const { return origin.starts_with("https://"); }
};

/// Nothing for a URL that isn't http(s), or one that programs may read in different ways (odd
/// characters, a user, a query, "..", a fragment).
std::optional<HttpAddress> http_address(const RemoteUrl& remote);

/// Where a redirect of the first request, for the repository's info/refs, leads to: nothing when
/// that isn't another repository's, or it leads from https to http, or it names a user. Credentials
/// stay behind when the origin is another.
std::optional<HttpAddress> redirected(const HttpAddress& from, std::string_view to);

/// The scheme, the host and the port of any URL of a repository: what is asked politely.
std::string host_of(const RemoteUrl& remote);

}  // namespace pkgkiln::git
