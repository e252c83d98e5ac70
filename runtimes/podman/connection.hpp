#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/runtime/errors.hpp"
#include "runtimes/shared/engine_client.hpp"

namespace pkgkiln::runtimes::podman {

/// What an error of the libpod API means. Its status tells, except where libpod answers 500
/// although it did not fail itself; then its words do. Seen on 4.3 and 5.4.
RuntimeError::Kind classify(int status, std::string_view words);

/// The version of the libpod API that we use: every Podman from 4.0 on serves it.
inline constexpr std::string_view kApiVersion = "4.0.0";

/// Whether an engine with this Libpod-API-Version serves it; pure.
bool serves_our_api(std::string_view libpod_api_version);

/// Whether such an engine takes a commit's config as the request's body, as Podman 5 and later do;
/// pure.
bool takes_commit_config(std::string_view libpod_api_version);

/// Asks the engine behind the socket for its version. Throws RuntimeError: `unreachable` if nobody
/// answers, `not_engine` if it isn't Podman or too old.
std::shared_ptr<const EngineClient> connect(const std::string& socket_path);

}  // namespace pkgkiln::runtimes::podman
