#include "runtimes/docker/connection.hpp"

#include "runtimes/docker/api_version.hpp"
#include "runtimes/docker/errors.hpp"
#include "runtimes/shared/engine_json.hpp"
#include "runtimes/shared/probe.hpp"

namespace pkgkiln::runtimes::docker {

namespace {

/// Podman serves this API too, but is spoken to in its own.
bool is_podman(const json::Value& version) {
  const auto& components = json::at(version, {"Components"});
  if (!components.IsArray()) return false;
  for (const auto& component : components.GetArray())
    if (json::text(json::at(component, {"Name"})) == "Podman Engine") return true;
  return false;
}

RuntimeError it_is_podman(const EngineClient& client, const std::string& doing) {
  auto error = RuntimeError(RuntimeError::Kind::not_engine, doing);
  error.because("Podman answers at " + client.socket())
      .advise("set kind = \"podman\" in [runtime] for this socket");
  return error;
}

}  // namespace

std::shared_ptr<const EngineClient> connect(const std::string& socket_path) {
  const auto endpoint = net::Endpoint::unix_domain(socket_path);
  const std::string doing = "cannot use Docker at " + endpoint.display();
  const EngineClient unversioned(std::make_unique<net::Client>(endpoint),
                                 {"docker", "", "", &classify});
  const auto response = probe(unversioned, doing, "/version");
  const auto document = json::parse(response.body);
  const auto newest = document ? json::text(json::at(*document, {"ApiVersion"})) : "";
  if (!response.ok() || newest.empty()) throw not_engine(unversioned, doing, response);
  if (is_podman(*document)) throw it_is_podman(unversioned, doing);
  try {
    const auto version = negotiate(newest, json::text(json::at(*document, {"MinAPIVersion"})));
    return std::make_shared<EngineClient>(
        std::make_unique<net::Client>(endpoint),
        Dialect{"docker", "/v" + version.text(), "/_ping", &classify});
  } catch (RuntimeError& error) {
    error.while_doing(doing);
    throw;
  }
}

}  // namespace pkgkiln::runtimes::docker
