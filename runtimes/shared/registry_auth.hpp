#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/secret.hpp"
#include "core/base/stream.hpp"
#include "core/runtime/image_ref.hpp"

/// The credentials that `docker login` and `podman login` left for registries.
namespace pkgkiln::runtimes {

/// A user's login for one registry.
struct RegistryLogin {
  std::string user;
  Secret password;
  Secret identity_token;  // instead of the two
};

/// The files where the engine's own client looks, then those of the other engine's client. Pure.
/// docker: $DOCKER_CONFIG/config.json or ~/.docker/config.json. podman: $REGISTRY_AUTH_FILE, or
/// containers/auth.json below $XDG_RUNTIME_DIR and $XDG_CONFIG_HOME or ~/.config.
std::vector<std::filesystem::path> login_files(const std::string& engine,
                                               const std::map<std::string, std::string>& env,
                                               const std::filesystem::path& home);

/// What such a file says about an image; pure. Throws Error if the text is no such file.
struct LoginEntry {
  std::string helper;                  // "docker-credential-<helper>" is to be asked; empty: none
  std::string server;                  // what it is to be asked for
  std::optional<RegistryLogin> login;  // that lies in the file itself
};
LoginEntry login_entry(std::string_view file, const ImageRef& ref);

/// The value of the header X-Registry-Auth; pure.
Secret auth_header(const RegistryLogin& login, const std::string& registry);

/// What to send with a pull.
struct RegistryAuth {
  Secret header;       // empty: nothing is known of that registry
  std::string origin;  // the file that it is from
};

/// Looks into the files and asks the helpers of the user that runs this program. What can't be used
/// is reported to `notice`, a line each, and skipped.
RegistryAuth registry_auth(const std::string& engine, const ImageRef& ref, const Sink& notice,
                           const Cancellation& cancel);

}  // namespace pkgkiln::runtimes
