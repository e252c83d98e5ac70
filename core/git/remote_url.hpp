#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"

namespace pkgkiln::git {

/// A repository's URL, taken apart so that what is secret in it stays off command lines.
struct RemoteUrl {
  std::string location;        // for the git program: of an http(s) URL without its user part
  std::string origin;          // "https://example.com:8443" when there is a user part, else empty
  std::string user, password;  // decoded
};

/// Throws Error for what may not be asked: an empty URL, one that begins with '-' or holds control
/// characters, schemes other than http, https, ssh, git and file, remote helpers ("ext::sh -c …"),
/// and a password in a URL that isn't http(s).
RemoteUrl parse_remote_url(const std::string& url);

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

/// Whether git allows the text as the name of a branch (git-check-ref-format(1)).
bool is_branch_name(const std::string& text);

/// Whether the text is an object's full name: 40 or 64 lower-case hex digits.
bool is_object_id(const std::string& text);

}  // namespace pkgkiln::git
