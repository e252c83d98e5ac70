#include "runtimes/shared/probe.hpp"

#include <fmt/format.h>

#include "runtimes/shared/engine_json.hpp"

namespace pkgkiln::runtimes {

namespace {
constexpr std::chrono::seconds kPatience{5};
}

net::Response probe(const EngineClient& client, const std::string& doing,
                    const std::string& target) {
  auto request = get(target);
  request.connect_timeout = kPatience;
  request.idle_timeout = kPatience;
  try {
    return client.ask(doing, request);
  } catch (const RuntimeError& error) {
    if (error.kind() == RuntimeError::Kind::unreachable) throw;
    auto replaced = RuntimeError(RuntimeError::Kind::not_engine, doing);
    for (const auto& cause : error.causes()) replaced.because(cause);
    replaced.advise("check what listens there; pkgkiln doctor shows what else was found");
    throw replaced;
  }
}

RuntimeError not_engine(const EngineClient& client, const std::string& doing,
                        const net::Response& response) {
  return client.error(
      RuntimeError::Kind::not_engine, doing,
      fmt::format("what answers there is no {} engine (status {}: {})", client.dialect().engine,
                  response.status, words_of(response.body).substr(0, 120)));
}

}  // namespace pkgkiln::runtimes
