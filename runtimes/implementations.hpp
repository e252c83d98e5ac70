#pragma once

#include <array>
#include <memory>
#include <string>

#include "core/runtime/container_runtime.hpp"
#include "core/runtime/image_store.hpp"

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
