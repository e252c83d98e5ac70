#pragma once

#include <string>

#include "core/runtime/types.hpp"
#include "runtimes/shared/json.hpp"

/// Our values as the libpod API's JSON and back; pure. Field names: "Podman REST API", libpod
/// (SpecGenerator, network and volume create), 4.3.
namespace pkgkiln::runtimes::podman {

std::string create_body(const ContainerSpec& spec);
std::string network_body(const std::string& name, const Labels& labels);
RuntimeInfo info_from(const json::Value& info);

}  // namespace pkgkiln::runtimes::podman
