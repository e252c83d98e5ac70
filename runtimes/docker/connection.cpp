#include "runtimes/docker/connection.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/runtime/errors.hpp"
#include "runtimes/shared/engine_client.hpp"
#include "runtimes/shared/json.hpp"

namespace pkgkiln::runtimes::docker {

namespace {

using Kind = RuntimeError::Kind;

constexpr std::array kMeanings = {
    // The address pool is empty: nothing is missing that a caller named.
    Meaning{404, "could not find an available", Kind::rejected},
    Meaning{403, "has active endpoints", Kind::conflict},
    Meaning{500, "is not connected to", Kind::not_found},
    Meaning{400, "client version", Kind::not_engine},
};

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

RuntimeError unusable(std::string why) {
  return RuntimeError(Kind::not_engine, "cannot use this Docker engine").because(std::move(why));
}

/// Podman serves this API too, but is spoken to in its own.
bool is_podman(const json::Value& version) {
  const auto& components = json::at(version, {"Components"});
  if (!components.IsArray()) return false;
  for (const auto& component : components.GetArray())
    if (json::text(component, {"Name"}) == "Podman Engine") return true;
  return false;
}

RuntimeError it_is_podman(const EngineClient& client, const std::string& doing) {
  return RuntimeError(Kind::not_engine, doing)
      .because("Podman answers at " + client.socket())
      .advise("set kind = \"podman\" in [runtime] for this socket");
}

}  // namespace

std::optional<ApiVersion> ApiVersion::parse(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto major = number(text.substr(0, dot));
  const auto minor = number(text.substr(dot + 1));
  if (!major || !minor) return std::nullopt;
  return ApiVersion{*major, *minor};
}

std::string ApiVersion::text() const {
  return std::to_string(major) + "." + std::to_string(minor);
}

ApiVersion negotiate(std::string_view newest, std::string_view oldest) {
  const auto top = ApiVersion::parse(newest);
  if (!top) throw unusable("it names no API version: '" + one_line(newest.substr(0, 40)) + "'");
  const auto bottom = ApiVersion::parse(oldest).value_or(ApiVersion{1, 0});
  if (*top < kOldestApi)
    throw unusable("its API ends at " + top->text() + ", needed is " + kOldestApi.text())
        .advise("update Docker to 20.10 or later");
  if (bottom > kNewestApi)
    throw unusable("its API begins at " + bottom.text() + ", this program speaks up to " +
                   kNewestApi.text())
        .advise("update pkgkiln");
  return std::min(*top, kNewestApi);
}

RuntimeError::Kind classify(int status, std::string_view words) {
  return classify_by(kMeanings, status, words);
}

std::shared_ptr<const EngineClient> connect(const std::string& socket_path) {
  const auto endpoint = net::Endpoint::unix_domain(socket_path);
  const std::string doing = "cannot use Docker at " + endpoint.display();
  const EngineClient unversioned(std::make_unique<net::Client>(endpoint),
                                 {"docker", "", "", &classify});
  const auto response = probe(unversioned, doing, "/version");
  const auto document = json::parse(response.body);
  const auto newest = document ? json::text(*document, {"ApiVersion"}) : "";
  if (!response.ok() || newest.empty()) throw not_engine(unversioned, doing, response);
  if (is_podman(*document)) throw it_is_podman(unversioned, doing);
  try {
    const auto version = negotiate(newest, json::text(*document, {"MinAPIVersion"}));
    return std::make_shared<EngineClient>(
        std::make_unique<net::Client>(endpoint),
        Dialect{"docker", "/v" + version.text(), "/_ping", &classify});
  } catch (RuntimeError& error) {
    error.while_doing(doing);
    throw;
  }
}

}  // namespace pkgkiln::runtimes::docker
