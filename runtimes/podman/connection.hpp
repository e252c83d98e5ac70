#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/runtime/errors.hpp"
#include "runtimes/shared/engine_client.hpp"

namespace pkgkiln::runtimes::podman {

/// What an answer of the libpod API means: by its status, except where libpod answers 500 to what
/// is no failure of its own, and only its words tell. Seen on 4.3 and 5.4.
RuntimeError::Kind classify(int status, std::string_view words);

/// The libpod API that we speak: served by every Podman from 4.0 on.
inline constexpr std::string_view kApiVersion = "4.0.0";

/// Whether an engine whose Libpod-API-Version is this serves it; pure.
bool serves_our_api(std::string_view libpod_api_version);

/// Whether it takes the config of a commit as the request's body, from Podman 5 on; pure.
bool takes_commit_config(std::string_view libpod_api_version);

/// Asks whether the socket's engine speaks libpod. RuntimeError `unreachable` when nobody
/// answers, `not_engine` when it isn't Podman or one too old.
std::shared_ptr<const EngineClient> connect(const std::string& socket_path);

}  // namespace pkgkiln::runtimes::podman
