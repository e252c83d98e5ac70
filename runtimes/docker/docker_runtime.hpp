#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/runtime/container_runtime.hpp"
#include "runtimes/shared/engine_client.hpp"

namespace pkgkiln::runtimes::docker {

/// Containers, networks and volumes of a Docker engine, by the engine API.
class DockerRuntime final : public ContainerRuntime {
 public:
  /// `most_open_files`: what the engine can give a container at most; unset for no bound.
  explicit DockerRuntime(std::shared_ptr<const EngineClient> engine,
                         std::optional<std::uint64_t> most_open_files = {})
      : engine_(std::move(engine)), most_open_files_(most_open_files) {}

  RuntimeInfo info() override;
  CreatedContainer create(const ContainerSpec& spec) override;
  void start(const std::string& container) override;
  int exec(const std::string& container, const ExecSpec& spec, const OutputSink& output,
           const Cancellation& cancel) override;
  void copy_in(const std::string& container, const std::string& path, const Source& tar,
               const Cancellation& cancel) override;
  void copy_out(const std::string& container, const std::string& path, const Sink& tar,
                const Cancellation& cancel) override;
  Usage usage(const std::string& container) override;
  void kill(const std::string& container) override;
  void remove(const std::string& container) override;
  std::vector<ContainerSummary> list(const Labels& labels) override;
  std::vector<std::string> networks_of(const std::string& container) override;
  void create_network(const std::string& name, const Labels& labels) override;
  void disconnect(const std::string& container, const std::string& network) override;
  void remove_network(const std::string& name) override;
  std::vector<ResourceSummary> list_networks(const Labels& labels) override;
  void create_volume(const std::string& name, const Labels& labels) override;
  void remove_volume(const std::string& name) override;
  std::vector<ResourceSummary> list_volumes(const Labels& labels) override;

 private:
  std::shared_ptr<const EngineClient> engine_;
  std::optional<std::uint64_t> most_open_files_;
};

}  // namespace pkgkiln::runtimes::docker
