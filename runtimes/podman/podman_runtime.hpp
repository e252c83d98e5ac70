#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "core/runtime/types.hpp"
#include "runtimes/shared/engine_runtime.hpp"
#include "runtimes/shared/images.hpp"
#include "runtimes/shared/json.hpp"
#include "runtimes/shared/process_limits.hpp"

/// Our values as the libpod API's JSON and back; pure. Field names: "Podman REST API", libpod
/// (SpecGenerator, network and volume create), 4.3.
namespace pkgkiln::runtimes::podman {

/// `own`: the engine's own limits, for what the spec leaves open. Without them Podman gives root's
/// containers more than it has itself, and without CAP_SYS_RESOURCE their start fails.
std::string create_body(const ContainerSpec& spec, const ProcessLimits& own);
std::string network_body(const std::string& name, const Labels& labels);
RuntimeInfo info_from(const json::Value& info);
PullMessage pull_message_from(const json::Value& message);

/// The `changes` parameters of a commit: instructions of a Containerfile. Values are put in double
/// quotes, of which libpod removes one pair, whatever is between them.
net::Headers commit_changes(const CommitSpec& spec);

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
  std::mutex mutex_;
  std::optional<RuntimeInfo> info_;  // asked once: Podman looks up the versions of its helpers
};

/// Images of Podman, by the libpod API.
class PodmanImages final : public EngineImages {
 public:
  explicit PodmanImages(std::shared_ptr<const EngineClient> engine)
      : EngineImages(std::move(engine)) {}

 private:
  net::Request pull_request(const ImageRef& ref) const override;
  PullMessage pull_message(const json::Value& message) const override {
    return pull_message_from(message);
  }
  net::Request commit_request(const net::Headers& parameters,
                              const CommitSpec& spec) const override;
};

}  // namespace pkgkiln::runtimes::podman
