#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

/// Keys and values of git's configuration, later ones over earlier ones.
using Config = std::vector<std::pair<std::string, std::string>>;

/// Whether a key of the user's configuration (git-config(1), section and variable in lower case)
/// is about reaching a server or a repository on the disk: credentials, ssh, http and proxies,
/// rewritten URLs, whose repositories are trusted. Everything else (hooks, filters, aliases,
/// pagers, signing, …) is left out.
bool is_transport_key(std::string_view key);

/// The keys among them that name proxies.
Config proxy_config(const Config& config);

/// The transport keys in the output of `git config --null --list`.
Config transport_config(std::string_view listing);

/// The transport keys of the user's and the system's configuration. That of a repository in the
/// current directory doesn't count.
Config user_transport_config(const Cancellation& cancel);

/// Whether the git program may get another answer from that address than anybody else who asks
/// without credentials: through rewritten URLs, proxies, certificates or headers that the
/// configuration has for it. Credential helpers aren't meant: git asks them only after a refusal.
bool config_matters(const Config& config, const HttpAddress& address);

/// The same for certificates that the environment names.
bool environment_matters(const HttpAddress& address);

}  // namespace pkgkiln::git
