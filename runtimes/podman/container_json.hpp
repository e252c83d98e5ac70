#pragma once

#include <string>

#include "core/runtime/types.hpp"
#include "runtimes/shared/json.hpp"
#include "runtimes/shared/process_limits.hpp"

/// Our values as the libpod API's JSON and back; pure. Field names: "Podman REST API", libpod
/// (SpecGenerator, network and volume create), 4.3.
namespace pkgkiln::runtimes::podman {

/// `own`: the engine's limits. What the spec leaves open is set to them: Podman gives root's
/// containers more than its own, which fails at start without CAP_SYS_RESOURCE.
std::string create_body(const ContainerSpec& spec, const ProcessLimits& own);
std::string network_body(const std::string& name, const Labels& labels);
RuntimeInfo info_from(const json::Value& info);

}  // namespace pkgkiln::runtimes::podman
