#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/removable.hpp"
#include "core/base/stream.hpp"
#include "core/runtime/container_runtime.hpp"

namespace pkgkiln {

/// A running container on a network of its own whose main process only waits: all work in it is
/// an exec. It ends by itself after `lifetime`, so it doesn't outlive a program that was killed.
/// Container and network have the same name, and are removed by the destructor (which tells
/// `warn` what it could not remove). One owner, one thread.
class WaitingContainer {
 public:
  enum class Network { own, none };

  /// `spec.command`, `spec.user` and `spec.network` are filled in. What the engine warns of goes
  /// to `warn`, a line each. If the constructor throws nothing is left behind.
  WaitingContainer(ContainerRuntime& runtime, ContainerSpec spec, std::chrono::seconds lifetime,
                   Sink warn, Network network = Network::own);
  WaitingContainer(const WaitingContainer&) = delete;
  WaitingContainer& operator=(const WaitingContainer&) = delete;
  ~WaitingContainer();

  ContainerRuntime& runtime() { return runtime_; }
  const std::string& name() const { return name_; }

  /// Takes it off its network, which is removed with it.
  void disconnect();

 private:
  void start(ContainerSpec spec, std::chrono::seconds lifetime);
  void remove() noexcept;

  ContainerRuntime& runtime_;
  std::string name_;
  bool has_network_;
  Sink warn_;
};

/// The containers, networks and volumes that carry these labels, but for caches: what earlier runs
/// left behind. To be removed in this order.
std::vector<Removable> leftovers(ContainerRuntime& runtime, const Labels& labels);

/// Removes them, and returns how many there were.
std::size_t remove_leftovers(ContainerRuntime& runtime, const Labels& labels, const Sink& warn);

}  // namespace pkgkiln
