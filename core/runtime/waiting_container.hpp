#pragma once

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/removable.hpp"
#include "core/base/stream.hpp"
#include "core/runtime/container_runtime.hpp"

namespace pkgkiln {

/// A running container on a network of its own. Its main process only waits; all work in it is done
/// by execs. It ends by itself after `lifetime`, so it doesn't outlive a killed program for long.
/// Container and network have the same name. The destructor removes both, and tells `warn` what it
/// could not remove. One owner, one thread.
class WaitingContainer {
 public:
  enum class Network { own, none };

  /// Fills in `spec.command`, `spec.user` and `spec.network`. The engine's warnings go to `warn`, a
  /// line each. If the constructor throws, nothing is left behind.
  WaitingContainer(ContainerRuntime& runtime, ContainerSpec spec, std::chrono::seconds lifetime,
                   Sink warn, Network network = Network::own);
  WaitingContainer(const WaitingContainer&) = delete;
  WaitingContainer& operator=(const WaitingContainer&) = delete;
  ~WaitingContainer();

  ContainerRuntime& runtime() { return runtime_; }
  const std::string& name() const { return name_; }

  /// Takes it off its network, which is removed with it.
  void disconnect();
  /// Leaves it behind without its network and with nothing running in it. Once started again it
  /// waits anew.
  void leave_behind();

 private:
  void start(ContainerSpec spec, std::chrono::seconds lifetime);
  void remove() noexcept;

  ContainerRuntime& runtime_;
  std::string name_;
  bool has_network_;
  bool is_left_behind_ = false;
  Sink warn_;
};

/// The containers, networks and volumes with these labels, except caches and those of the names
/// `kept`: what earlier runs left behind. Remove them in this order.
std::vector<Removable> leftovers(ContainerRuntime& runtime, const Labels& labels,
                                 const std::set<std::string>& kept = {});

/// Removes the leftovers, and returns how many were removed.
std::size_t remove_leftovers(ContainerRuntime& runtime, const Labels& labels, const Sink& warn,
                             const std::set<std::string>& kept = {});

}  // namespace pkgkiln
