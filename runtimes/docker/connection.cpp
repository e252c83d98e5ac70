#include "runtimes/docker/connection.hpp"

#include "runtimes/docker/api_version.hpp"
#include "runtimes/docker/errors.hpp"
#include "runtimes/shared/engine_json.hpp"
#include "runtimes/shared/probe.hpp"

namespace pkgkiln::runtimes::docker {

std::shared_ptr<const EngineClient> connect(const std::string& socket_path) {
  const auto endpoint = net::Endpoint::unix_domain(socket_path);
  const std::string doing = "cannot use Docker at " + endpoint.display();
  const EngineClient unversioned(std::make_unique<net::Client>(endpoint),
                                 {"docker", "", &classify});
  const auto response = probe(unversioned, doing, "/version");
  const auto document = json::parse(response.body);
  const auto newest = document ? json::text(json::at(*document, {"ApiVersion"})) : "";
  if (!response.ok() || newest.empty()) throw not_engine(unversioned, doing, response);
  try {
    const auto version = negotiate(newest, json::text(json::at(*document, {"MinAPIVersion"})));
    return std::make_shared<EngineClient>(std::make_unique<net::Client>(endpoint),
                                          Dialect{"docker", "/v" + version.text(), &classify});
  } catch (RuntimeError& error) {
    error.while_doing(doing);
    throw;
  }
}

}  // namespace pkgkiln::runtimes::docker
