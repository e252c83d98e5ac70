#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/runtime/types.hpp"
#include "runtimes/shared/engine_runtime.hpp"
#include "runtimes/shared/images.hpp"
#include "runtimes/shared/json.hpp"

/// Our values as the Docker engine API's JSON and back; pure. Field names: "Docker Engine API",
/// v1.41, ContainerCreate, NetworkCreate, VolumeCreate and their lists.
namespace pkgkiln::runtimes::docker {

std::string create_body(const ContainerSpec& spec);
std::string network_body(const std::string& name, const Labels& labels);

Usage usage_from(const json::Value& stats);
RuntimeInfo info_from(const json::Value& info);
PullMessage pull_message_from(const json::Value& message);

/// Containers, networks and volumes of a Docker engine, by the engine API.
class DockerRuntime final : public EngineRuntime {
 public:
  /// `most_open_files`: what the engine can give a container at most; unset for no bound.
  explicit DockerRuntime(std::shared_ptr<const EngineClient> engine,
                         std::optional<std::uint64_t> most_open_files = {})
      : EngineRuntime(std::move(engine), most_open_files) {}

  RuntimeInfo info() override;
  Usage usage(const std::string& container) override;
  void remove(const std::string& container) override;
  void create_network(const std::string& name, const Labels& labels) override;
  std::vector<ResourceSummary> list_networks(const Labels& labels) override;
  void create_volume(const std::string& name, const Labels& labels) override;
  std::vector<ResourceSummary> list_volumes(const Labels& labels) override;

 private:
  net::Request creation(const ContainerSpec& spec) const override;
};

/// Images of a Docker engine, by the engine API.
class DockerImages final : public EngineImages {
 public:
  explicit DockerImages(std::shared_ptr<const EngineClient> engine)
      : EngineImages(std::move(engine)) {}

 private:
  net::Request pull_request(const ImageRef& ref) const override;
  PullMessage pull_message(const json::Value& message) const override {
    return pull_message_from(message);
  }
};

}  // namespace pkgkiln::runtimes::docker
