#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Which engines could be used, in which order: decided from values, without asking anything.
namespace pkgkiln {

/// What the user chose: `[runtime] kind` and `socket`.
struct RuntimeChoice {
  std::string kind = "auto";  // "auto", "podman", "docker"
  std::string socket;         // path of a Unix socket; empty: looked for

  /// Throws UsageError for a kind that isn't known and a socket that is no unix:// URL with an
  /// absolute path. Looks at nothing outside.
  static RuntimeChoice parse(std::string_view kind, std::string_view socket);
};

/// The path in "unix:///path". Throws UsageError naming the scheme when it is another one.
std::string parse_socket(std::string_view url);

/// What of the surroundings counts.
struct RuntimeSurroundings {
  std::string container_host;  // $CONTAINER_HOST
  std::string docker_host;     // $DOCKER_HOST
  std::string runtime_dir;     // $XDG_RUNTIME_DIR, or /run/user/<uid>
  std::string podman_program;  // its path; empty: there is none

  static RuntimeSurroundings here();
};

/// One place where an engine may be.
struct RuntimeCandidate {
  std::string origin;  // "CONTAINER_HOST", "the user's Podman socket", …
  std::string engine;  // name of an implementation; empty: whichever answers
  std::string socket;  // path; empty: `program` has to be started on a private one
  std::string program;
  std::string refused;  // why it can't be tried; empty: it can
};

/// In the order in which they are to be tried; pure.
std::vector<RuntimeCandidate> candidates(const RuntimeChoice& choice,
                                         const RuntimeSurroundings& surroundings);

}  // namespace pkgkiln
