#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/runtime/container_runtime.hpp"
#include "core/runtime/image_store.hpp"
#include "runtimes/candidates.hpp"

namespace pkgkiln {

/// An open engine, with what its use depends on: a `podman system service` that was started for it
/// ends with it. Its ports are thread-safe.
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

/// Opens the first candidate whose engine answers. Throws RuntimeError: that of the candidate if
/// there is only one, otherwise one that lists all candidates with their reasons.
std::unique_ptr<OpenedRuntime> open_runtime(
    const RuntimeChoice& choice,
    const RuntimeEnvironment& environment = RuntimeEnvironment::current());

/// The same, but the first call of a port, of info() or of tried() opens it. If opening fails, that
/// call throws the error, and so does every later one. Make the first call in a thread that
/// outlives this: a `podman system service` ends with the thread that started it.
std::unique_ptr<OpenedRuntime> open_when_needed(
    const RuntimeChoice& choice,
    const RuntimeEnvironment& environment = RuntimeEnvironment::current());

}  // namespace pkgkiln
