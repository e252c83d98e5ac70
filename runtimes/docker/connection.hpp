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

/// The versions that this program supports: 1.41 (engine 20.10) to 1.47. An engine that has dropped
/// 1.47 is too new.
inline constexpr ApiVersion kOldestApi{1, 41};
inline constexpr ApiVersion kNewestApi{1, 47};

/// The version to use with an engine that supports `oldest` to `newest` (its MinAPIVersion and
/// ApiVersion). Throws RuntimeError `not_engine` that says which side is too old.
ApiVersion negotiate(std::string_view newest, std::string_view oldest);

/// What an error of the Docker engine means. Its status tells, except where Docker uses one status
/// for several errors; then its words do. Seen on 20.10 and later.
RuntimeError::Kind classify(int status, std::string_view words);

/// Asks the engine behind the socket for its version and agrees on an API version. Throws
/// RuntimeError: `unreachable` if nobody answers, `not_engine` if it isn't a Docker engine or
/// shares no API version with us.
std::shared_ptr<const EngineClient> connect(const std::string& socket_path);

}  // namespace pkgkiln::runtimes::docker
