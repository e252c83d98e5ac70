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

/// A user's, for one registry.
struct RegistryLogin {
  std::string user;
  Secret password;
  Secret identity_token;  // instead of the two
};

/// Where an engine's own client would look, and then where the other's would, in that order; pure.
/// docker: $DOCKER_CONFIG/config.json or ~/.docker/config.json. podman: $REGISTRY_AUTH_FILE, or
/// containers/auth.json below $XDG_RUNTIME_DIR and $XDG_CONFIG_HOME or ~/.config.
std::vector<std::filesystem::path> login_files(const std::string& engine,
                                               const std::map<std::string, std::string>& env,
                                               const std::filesystem::path& home);

/// What such a file says of an image; pure. Throws Error for what is no such file.
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

/// By the files and helpers of the user that runs this program. What can't be used is told to
/// `notice`, a line each, and then goes unused.
RegistryAuth registry_auth(const std::string& engine, const ImageRef& ref, const Sink& notice,
                           const Cancellation& cancel);

}  // namespace pkgkiln::runtimes
