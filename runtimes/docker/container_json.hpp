#pragma once

#include <string>

#include "core/runtime/types.hpp"
#include "runtimes/shared/json.hpp"

/// Our values as the Docker engine API's JSON and back; pure. Field names: "Docker Engine API",
/// v1.41, ContainerCreate, NetworkCreate, VolumeCreate and their lists.
namespace pkgkiln::runtimes::docker {

std::string create_body(const ContainerSpec& spec);
std::string network_body(const std::string& name, const Labels& labels);

Usage usage_from(const json::Value& stats);
RuntimeInfo info_from(const json::Value& info);

}  // namespace pkgkiln::runtimes::docker
