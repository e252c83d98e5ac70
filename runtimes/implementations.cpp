#include "runtimes/implementations.hpp"

#include "runtimes/docker/connection.hpp"
#include "runtimes/docker/docker_images.hpp"
#include "runtimes/docker/docker_runtime.hpp"
#include "runtimes/podman/connection.hpp"
#include "runtimes/podman/podman_images.hpp"
#include "runtimes/podman/podman_runtime.hpp"
#include "runtimes/shared/process_limits.hpp"

namespace pkgkiln::runtimes {

Ports open_podman(const std::string& socket_path) {
  const auto engine = podman::connect(socket_path);
  auto runtime = std::make_unique<podman::PodmanRuntime>(engine, process_limits_of(socket_path));
  auto info = runtime->info();
  return {std::move(runtime), std::make_unique<podman::PodmanImages>(engine), std::move(info)};
}

Ports open_docker(const std::string& socket_path) {
  const auto engine = docker::connect(socket_path);
  auto info = docker::DockerRuntime(engine).info();
  std::optional<std::uint64_t> most_open_files;
  if (info.rootless) most_open_files = process_limits_of(socket_path).open_files;
  return {std::make_unique<docker::DockerRuntime>(engine, most_open_files),
          std::make_unique<docker::DockerImages>(engine), std::move(info)};
}

}  // namespace pkgkiln::runtimes
