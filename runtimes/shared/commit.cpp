#include "runtimes/shared/commit.hpp"

#include "runtimes/shared/classification.hpp"
#include "runtimes/shared/engine_json.hpp"

namespace pkgkiln::runtimes {

InheritedConfig inherited_config(const EngineClient& client, const std::string& doing,
                                 const std::string& container) {
  const auto inspect =
      require_json(client, doing, get("/containers/" + net::escape(container) + "/json"));
  const auto image = require_json(
      client, doing,
      get("/images/" + net::escape(json::text(json::at(inspect, {"Image"}))) + "/json"));
  const auto env_of = [](const json::Value& object) {
    return from_assignments(json::text_list(json::at(object, {"Config", "Env"})));
  };
  const auto labels_of = [](const json::Value& object) {
    return json::text_map(json::at(object, {"Config", "Labels"}));
  };
  return {env_of(inspect), env_of(image), labels_of(inspect), labels_of(image)};
}

void throw_pull_refusal(const RuntimeError& error) {
  using Kind = RuntimeError::Kind;
  if (error.kind() == Kind::lost || error.kind() == Kind::malformed || error.causes().empty() ||
      error.kind() == Kind::unreachable)
    throw error;
  auto kind = classify_pull(error.causes().front());
  if (kind == Kind::rejected) kind = error.kind();
  auto told = RuntimeError(kind, error.what_failed());
  for (const auto& cause : error.causes()) told.because(cause);
  told.advise(error.advice());
  throw told;
}

}  // namespace pkgkiln::runtimes
