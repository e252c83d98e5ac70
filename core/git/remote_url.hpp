#pragma once

#include <string>

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

/// Whether git allows the text as the name of a branch (git-check-ref-format(1)).
bool is_branch_name(const std::string& text);

/// Whether the text is an object's full name: 40 or 64 lower-case hex digits.
bool is_object_id(const std::string& text);

}  // namespace pkgkiln::git
