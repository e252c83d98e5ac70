#include "runtimes/implementations.hpp"

#include "runtimes/docker/connection.hpp"
#include "runtimes/docker/docker_images.hpp"
#include "runtimes/docker/docker_runtime.hpp"
#include "runtimes/podman/connection.hpp"
#include "runtimes/podman/podman_images.hpp"
#include "runtimes/podman/podman_runtime.hpp"
#include "runtimes/shared/open_files.hpp"

namespace pkgkiln::runtimes {

namespace {

template <typename Runtime, typename Images>
Ports ports_of(const std::shared_ptr<const EngineClient>& engine, const std::string& socket_path) {
  RuntimeInfo info = Runtime(engine).info();
  std::optional<std::uint64_t> most_open_files;
  if (info.rootless) most_open_files = open_files_limit_of(socket_path);
  return {std::make_unique<Runtime>(engine, most_open_files), std::make_unique<Images>(engine),
          std::move(info)};
}

}  // namespace

Ports open_podman(const std::string& socket_path) {
  return ports_of<podman::PodmanRuntime, podman::PodmanImages>(podman::connect(socket_path),
                                                               socket_path);
}

Ports open_docker(const std::string& socket_path) {
  return ports_of<docker::DockerRuntime, docker::DockerImages>(docker::connect(socket_path),
                                                               socket_path);
}

}  // namespace pkgkiln::runtimes
