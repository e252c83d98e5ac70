#pragma once

#include <chrono>
#include <string>

#include "runtimes/shared/engine_client.hpp"
#include "runtimes/shared/image_values.hpp"

namespace pkgkiln::runtimes {

/// A commit packs all that the container changed, silently.
inline constexpr std::chrono::minutes kCommitPatience{15};

/// What a commit of this container would keep: asks for the container and its image.
InheritedConfig inherited_config(const EngineClient& client, const std::string& doing,
                                 const std::string& container);

/// A refusal of a pull says by its words what it means, the status may say anything: throws
/// `error` again with the kind that they tell.
[[noreturn]] void throw_pull_refusal(const RuntimeError& error);

}  // namespace pkgkiln::runtimes
