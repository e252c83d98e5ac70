#pragma once

#include "core/git/http_address.hpp"
#include "core/git/user_config.hpp"

namespace pkgkiln::git {

/// Whether the git program may get another answer from that address than anybody else who asks
/// without credentials: through rewritten URLs, proxies, certificates or headers that the
/// configuration has for it. Credential helpers aren't meant: git asks them only after a refusal.
bool config_matters(const Config& config, const HttpAddress& address);

/// The same for certificates that the environment names.
bool environment_matters(const HttpAddress& address);

}  // namespace pkgkiln::git
