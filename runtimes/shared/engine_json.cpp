#include "runtimes/shared/engine_json.hpp"

namespace pkgkiln::runtimes {

json::Document require_json(const EngineClient& client, const std::string& doing,
                            const net::Request& request, const Cancellation& cancel) {
  return parse_json(client, doing, client.require(doing, request, cancel));
}

json::Document parse_json(const EngineClient& client, const std::string& doing,
                          const net::Response& response) {
  auto document = json::parse(response.body);
  if (!document)
    throw client.error(RuntimeError::Kind::malformed, doing,
                       "its answer is no JSON: " + one_line(response.body.substr(0, 80)));
  return std::move(*document);
}

net::Request get(std::string target) {
  net::Request request;
  request.target = std::move(target);
  return request;
}

net::Request remove(std::string target) {
  net::Request request;
  request.method = "DELETE";
  request.target = std::move(target);
  return request;
}

net::Request post(std::string target, std::string json_body) {
  net::Request request;
  request.method = "POST";
  request.target = std::move(target);
  if (!json_body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  request.text = std::move(json_body);
  return request;
}

}  // namespace pkgkiln::runtimes
