#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/cancellation.hpp"
#include "core/base/stream.hpp"
#include "core/runtime/container_runtime.hpp"
#include "core/runtime/types.hpp"
#include "runtimes/shared/engine_client.hpp"

namespace pkgkiln::runtimes {

/// The calls that the Docker engine API and libpod have in common, or that differ only in a body.
class EngineRuntime : public ContainerRuntime {
 public:
  CreatedContainer create(const ContainerSpec& spec) final;
  void start(const std::string& container) final;
  /// By the three calls that both have: create, start with the stream read to its end, inspect.
  /// libpod serves them with Docker's JSON.
  int exec(const std::string& container, const ExecSpec& spec, const OutputSink& output,
           const Cancellation& cancel) final;
  int attend(const std::string& container, const ExecSpec& spec, Terminal& terminal,
             const Cancellation& cancel) final;
  void copy_in(const std::string& container, const std::string& path, const Source& tar,
               const Cancellation& cancel) final;
  void copy_out(const std::string& container, const std::string& path, const Sink& tar,
                const Cancellation& cancel) final;
  void kill(const std::string& container) final;
  std::vector<ContainerSummary> list(const Labels& labels) final;
  std::vector<std::string> networks_of(const std::string& container) final;
  void disconnect(const std::string& container, const std::string& network) final;
  void remove_network(const std::string& name) final;
  void remove_volume(const std::string& name) final;

 protected:
  /// `most_open_files`: what the engine can give a container at most; unset for no bound.
  EngineRuntime(std::shared_ptr<const EngineClient> engine,
                std::optional<std::uint64_t> most_open_files)
      : engine_(std::move(engine)), most_open_files_(most_open_files) {}

  /// The request that makes the container.
  virtual net::Request creation(const ContainerSpec& spec) const = 0;
  /// Limits, as RuntimeInfo names them, that must be left out, because no container would start.
  virtual std::vector<std::string> refused_limits() { return {}; }

  const EngineClient& engine() const { return *engine_; }

 private:
  std::shared_ptr<const EngineClient> engine_;
  std::optional<std::uint64_t> most_open_files_;
};

/// Bodies that both APIs take alike.
std::string volume_body(const std::string& name, const Labels& labels);
std::string disconnect_body(const std::string& container);

/// "/containers/…" with the name escaped.
std::string path_of(const std::string& container);
/// "doing 'name'"
std::string quoted(const char* doing, const std::string& name);
/// `path` with a filter for the labels.
std::string filtered(const char* path, const Labels& labels, net::Headers parameters = {});

}  // namespace pkgkiln::runtimes
