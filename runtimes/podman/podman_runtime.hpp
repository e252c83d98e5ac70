#pragma once

#include <memory>
#include <mutex>

#include "runtimes/shared/engine_runtime.hpp"
#include "runtimes/shared/process_limits.hpp"

namespace pkgkiln::runtimes::podman {

/// Containers, networks and volumes of Podman, rootless or not, by the libpod API.
class PodmanRuntime final : public EngineRuntime {
 public:
  /// `own`: the engine's limits, which its containers can't exceed.
  explicit PodmanRuntime(std::shared_ptr<const EngineClient> engine, const ProcessLimits& own = {})
      : EngineRuntime(std::move(engine), own.open_files), own_(own) {}

  RuntimeInfo info() override;
  Usage usage(const std::string& container) override;
  void remove(const std::string& container) override;
  void create_network(const std::string& name, const Labels& labels) override;
  std::vector<ResourceSummary> list_networks(const Labels& labels) override;
  void create_volume(const std::string& name, const Labels& labels) override;
  std::vector<ResourceSummary> list_volumes(const Labels& labels) override;

 private:
  net::Request creation(const ContainerSpec& spec) const override;
  std::vector<std::string> refused_limits() override;

  ProcessLimits own_;
  std::once_flag asked_;
  std::vector<std::string> refused_;
};

}  // namespace pkgkiln::runtimes::podman
