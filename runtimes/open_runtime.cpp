#include "runtimes/open_runtime.hpp"

#include <array>
#include <fmt/format.h>
#include <optional>

#include "runtimes/docker/connection.hpp"
#include "runtimes/docker/docker_runtime.hpp"
#include "runtimes/podman/connection.hpp"
#include "runtimes/podman/podman_runtime.hpp"
#include "runtimes/podman/service.hpp"
#include "runtimes/shared/process_limits.hpp"

namespace pkgkiln {

namespace {

using namespace runtimes;

/// The two ports to one engine.
struct Ports {
  std::unique_ptr<ContainerRuntime> runtime;
  std::unique_ptr<ImageStore> images;
  RuntimeInfo info;
};

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

struct Implementation {
  const char* engine;
  /// Throws RuntimeError: `not_engine` when another engine may be what answers there.
  Ports (*open)(const std::string& socket_path);
};

/// All engines that there are, in the order in which a socket of unknown kind is asked. A new one
/// gets a line here.
constexpr std::array kImplementations = {
    Implementation{"podman", &open_podman},
    Implementation{"docker", &open_docker},
};

class Opened final : public OpenedRuntime {
 public:
  Opened(std::unique_ptr<podman::Service> service, Ports ports)
      : service_(std::move(service)), ports_(std::move(ports)) {}

  ContainerRuntime& runtime() override { return *ports_.runtime; }
  ImageStore& images() override { return *ports_.images; }
  const RuntimeInfo& info() const override { return ports_.info; }
  const std::vector<std::string>& tried() const override { return tried_; }
  void set_tried(std::vector<std::string> tried) { tried_ = std::move(tried); }

 private:
  std::unique_ptr<podman::Service> service_;  // outlives the ports
  Ports ports_;
  std::vector<std::string> tried_;
};

/// Asks every implementation that may be meant, until one knows the engine that answers.
Ports open_socket(const std::string& engine, const std::string& socket) {
  std::optional<RuntimeError> unknown;
  for (const auto& implementation : kImplementations) {
    if (!engine.empty() && engine != implementation.engine) continue;
    try {
      return implementation.open(socket);
    } catch (const RuntimeError& error) {
      if (error.kind() != RuntimeError::Kind::not_engine) throw;
      unknown = error;
    }
  }
  throw unknown.value();
}

std::unique_ptr<Opened> open_candidate(const RuntimeCandidate& candidate) {
  if (!candidate.refused.empty())
    throw RuntimeError(RuntimeError::Kind::unreachable, "cannot use " + candidate.origin)
        .because(candidate.refused);
  std::unique_ptr<podman::Service> service;
  if (candidate.socket.empty()) service = std::make_unique<podman::Service>(candidate.program);
  auto ports = open_socket(candidate.engine, service ? service->socket() : candidate.socket);
  return std::make_unique<Opened>(std::move(service), std::move(ports));
}

std::string place_of(const RuntimeCandidate& candidate) {
  if (!candidate.socket.empty())
    return fmt::format("{}, unix://{}", candidate.origin, candidate.socket);
  return candidate.program.empty() ? candidate.origin
                                   : fmt::format("{}, {}", candidate.origin, candidate.program);
}

/// The cause that tells most, without the headline that names the place again.
std::string reason_of(const RuntimeError& error) {
  for (const auto& cause : error.causes())
    if (!cause.starts_with("runtime: ")) return cause;
  return error.what_failed();
}

}  // namespace

std::unique_ptr<OpenedRuntime> open_runtime(const RuntimeChoice& choice,
                                            const RuntimeEnvironment& environment) {
  const auto all = candidates(choice, environment);
  std::vector<std::string> tried;
  for (const auto& candidate : all) {
    try {
      auto opened = open_candidate(candidate);
      tried.push_back(fmt::format("{}: taken, {} {} answers", place_of(candidate),
                                  opened->info().engine, opened->info().version));
      opened->set_tried(std::move(tried));
      return opened;
    } catch (const RuntimeError& error) {
      if (all.size() == 1) throw;
      tried.push_back(place_of(candidate) + ": " + reason_of(error));
    }
  }
  auto none = RuntimeError(RuntimeError::Kind::unreachable, "no container engine could be used");
  for (auto& line : tried) none.because(std::move(line));
  none.advise("install Podman (rootless) or Docker, or name its socket in [runtime] socket");
  throw none;
}

}  // namespace pkgkiln
