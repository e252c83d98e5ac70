#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/runtime/container_runtime.hpp"
#include "core/runtime/image_store.hpp"
#include "runtimes/candidates.hpp"

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
