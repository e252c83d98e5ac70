#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "runtimes/shared/engine_runtime.hpp"

namespace pkgkiln::runtimes::podman {

/// Containers, networks and volumes of Podman, rootless or not, by the libpod API.
class PodmanRuntime final : public EngineRuntime {
 public:
  /// `most_open_files`: what the engine can give a container at most; unset for no bound.
  explicit PodmanRuntime(std::shared_ptr<const EngineClient> engine,
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

}  // namespace pkgkiln::runtimes::podman
