#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/runtime/container_runtime.hpp"
#include "core/runtime/image_store.hpp"
#include "runtimes/candidates.hpp"

namespace pkgkiln::runtimes {

/// The two ports to one engine.
struct Ports {
  std::unique_ptr<ContainerRuntime> runtime;
  std::unique_ptr<ImageStore> images;
  RuntimeInfo info;
};

Ports open_podman(const std::string& socket_path);
Ports open_docker(const std::string& socket_path);

struct Implementation {
  const char* engine;
  /// Throws RuntimeError: `not_engine` when another engine may be what answers there.
  Ports (*open)(const std::string& socket_path);
};

/// All engines there are, in the order in which a socket of unknown kind is asked. A new one gets
/// a line here.
inline constexpr std::array kImplementations = {
    Implementation{"podman", &open_podman},
    Implementation{"docker", &open_docker},
};
}  // namespace pkgkiln::runtimes

namespace pkgkiln {

/// An engine that answers, and all that its use stands on: with it goes the `podman system
/// service` that may have been started for it. Its ports are thread-safe.
class OpenedRuntime {
 public:
  virtual ~OpenedRuntime() = default;

  virtual ContainerRuntime& runtime() = 0;
  virtual ImageStore& images() = 0;
  /// What the engine said of itself when it was opened.
  virtual const RuntimeInfo& info() const = 0;
  /// What was tried, in order, a line each: origin, socket, and why it was or wasn't taken.
  virtual const std::vector<std::string>& tried() const = 0;
};

/// The first candidate whose engine answers. Throws RuntimeError: the candidate's own if there is
/// only one, or else one that lists all with their reasons.
std::unique_ptr<OpenedRuntime> open_runtime(
    const RuntimeChoice& choice,
    const RuntimeSurroundings& surroundings = RuntimeSurroundings::here());

/// The same, but opened by the first call of one of its ports, of info() or of tried(), which
/// throws what opening it throws; so does every later one. Make the first one in a thread that
/// outlives it: a `podman system service` ends with the thread that started it.
std::unique_ptr<OpenedRuntime> open_when_needed(
    const RuntimeChoice& choice,
    const RuntimeSurroundings& surroundings = RuntimeSurroundings::here());

}  // namespace pkgkiln
