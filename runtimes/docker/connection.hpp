#pragma once

#include <memory>
#include <string>

#include "core/net/http.hpp"
#include "runtimes/shared/engine_client.hpp"

namespace pkgkiln::runtimes::docker {

/// Asks the engine behind the socket for its version and agrees on an API version. RuntimeError
/// `unreachable` when nobody answers, `not_engine` when it isn't a Docker engine or has no API
/// version in common with us.
std::shared_ptr<const EngineClient> connect(const std::string& socket_path);

}  // namespace pkgkiln::runtimes::docker
