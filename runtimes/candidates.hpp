#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Which engines may be used, and in which order. Pure: nothing is asked.
namespace pkgkiln {

/// What the user chose: `[runtime] kind` and `socket`.
struct RuntimeChoice {
  std::string kind = "auto";  // "auto", "podman", "docker"
  std::string socket;         // path of a Unix socket; empty: looked for

  /// Throws UsageError for an unknown kind, and for a socket that is no unix:// URL with an
  /// absolute path. Pure.
  static RuntimeChoice parse(std::string_view kind, std::string_view socket);
};

/// The path in "unix:///path". Throws UsageError naming the scheme when it is another one.
std::string parse_socket(std::string_view url);

/// What counts of the host's environment.
struct RuntimeEnvironment {
  std::string container_host;  // $CONTAINER_HOST
  std::string docker_host;     // $DOCKER_HOST
  std::string runtime_dir;     // $XDG_RUNTIME_DIR, or /run/user/<uid>
  std::string podman_program;  // its path; empty: there is none

  static RuntimeEnvironment current();
};

/// One place where an engine may be.
struct RuntimeCandidate {
  std::string origin;  // "CONTAINER_HOST", "the user's Podman socket", …
  std::string engine;  // name of an implementation; empty: whichever answers
  std::string socket;  // path; empty: `program` has to be started on a private one
  std::string program;
  std::string refused;  // why it can't be tried; empty if it can
};

/// In the order in which they are to be tried; pure.
std::vector<RuntimeCandidate> candidates(const RuntimeChoice& choice,
                                         const RuntimeEnvironment& environment);

}  // namespace pkgkiln
