#include "runtimes/candidates.hpp"

#include <cstdlib>
#include <unistd.h>

#include "core/base/error.hpp"
#include "core/base/process.hpp"
#include "core/base/url.hpp"

namespace pkgkiln {

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

RuntimeCandidate from_variable(const char* name, const std::string& engine,
                               const std::string& url) {
  try {
    return {name, engine, parse_socket(url), "", ""};
  } catch (const UsageError& error) {
    return {name, engine, "", "", error.what()};
  }
}

}  // namespace

std::string parse_socket(std::string_view url) {
  const auto scheme = Url(url).scheme;
  if (scheme.empty())
    throw UsageError("'" + std::string(url) + "' is no socket")
        .because("expected unix:// and an absolute path")
        .advise("write unix:///path/to/the.sock");
  if (scheme != "unix://")
    throw UsageError("the scheme '" + std::string(scheme) +
                     "' is not supported for an engine's socket")
        .because("only unix is supported")
        .advise("write unix:///path/to/the.sock");
  const auto path = url.substr(scheme.size());
  if (!path.starts_with('/') || path.find('\0') != std::string_view::npos)
    throw UsageError("the path of a socket must be absolute, as in unix:///path/to/the.sock");
  return std::string(path);
}

RuntimeChoice RuntimeChoice::parse(std::string_view kind, std::string_view socket) {
  if (kind != "auto" && kind != "podman" && kind != "docker")
    throw UsageError("'" + std::string(kind) + "' is no kind of runtime")
        .because("expected auto, podman or docker");
  return {std::string(kind), socket.empty() ? "" : parse_socket(socket)};
}

RuntimeEnvironment RuntimeEnvironment::current() {
  auto runtime_dir = variable("XDG_RUNTIME_DIR");
  if (runtime_dir.empty()) runtime_dir = "/run/user/" + std::to_string(::getuid());
  return {variable("CONTAINER_HOST"), variable("DOCKER_HOST"), runtime_dir,
          find_program("podman").value_or("")};
}

std::vector<RuntimeCandidate> candidates(const RuntimeChoice& choice,
                                         const RuntimeEnvironment& environment) {
  const bool podman = choice.kind != "docker";
  const bool docker = choice.kind != "podman";
  const std::string chosen = choice.kind == "auto" ? "" : choice.kind;
  if (!choice.socket.empty()) return {{"the configured socket", chosen, choice.socket, "", ""}};

  std::vector<RuntimeCandidate> list;
  if (podman && !environment.container_host.empty())
    list.push_back(from_variable("CONTAINER_HOST", "podman", environment.container_host));
  if (!environment.docker_host.empty())
    list.push_back(from_variable("DOCKER_HOST", chosen, environment.docker_host));
  if (podman) {
    list.push_back({"the user's Podman socket", "podman",
                    environment.runtime_dir + "/podman/podman.sock", "", ""});
    list.push_back({"the system's Podman socket", "podman", "/run/podman/podman.sock", "", ""});
  }
  // Podman may be what answers on Docker's socket.
  if (docker) list.push_back({"the Docker socket", chosen, "/var/run/docker.sock", "", ""});
  if (podman) {
    const auto& program = environment.podman_program;
    list.push_back(
        {"the podman program", "podman", "", program, program.empty() ? "it is not in PATH" : ""});
  }
  return list;
}

}  // namespace pkgkiln
