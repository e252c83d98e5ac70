#pragma once

#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/net/http.hpp"
#include "core/runtime/errors.hpp"
#include "runtimes/shared/engine_client.hpp"

namespace pkgkiln::runtimes::docker {

/// "1.41". API versions are two numbers and never had more.
struct ApiVersion {
  int major = 0;
  int minor = 0;

  static std::optional<ApiVersion> parse(std::string_view text);
  std::string text() const;
  auto operator<=>(const ApiVersion&) const = default;
};

/// What this program was written for: 1.41 (engine 20.10) up to 1.47; an engine that has dropped
/// 1.47 is too new.
inline constexpr ApiVersion kOldestApi{1, 41};
inline constexpr ApiVersion kNewestApi{1, 47};

/// The version to speak with an engine that offers `newest` and still takes `oldest` (its
/// ApiVersion and MinAPIVersion). Throws RuntimeError `not_engine` saying which side is too old.
ApiVersion negotiate(std::string_view newest, std::string_view oldest);

/// What an answer of the Docker engine means: by its status, except where Docker uses one status
/// for several things and only its words tell them apart. Seen on 20.10 and later ones.
RuntimeError::Kind classify(int status, std::string_view words);

/// Asks the engine behind the socket for its version and agrees on an API version. RuntimeError
/// `unreachable` when nobody answers, `not_engine` when it isn't a Docker engine or has no API
/// version in common with us.
std::shared_ptr<const EngineClient> connect(const std::string& socket_path);

}  // namespace pkgkiln::runtimes::docker
