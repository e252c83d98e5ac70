#include "core/runtime/waiting_container.hpp"

#include <exception>
#include <functional>
#include <utility>

#include "core/runtime/labels.hpp"

namespace pkgkiln {

namespace {

/// Reaps orphans, stops at once on SIGTERM, and ends after "$1" seconds. A sweep
/// (core/builder/script/parts/sweep.sh) kills its `sleep` as well, so it loops.
constexpr const char* kWait =
    R"sh(trap 'exit 0' TERM; while ((SECONDS < $1)); do sleep "$(($1 - SECONDS))" & wait "$!"; done)sh";

bool succeeds(const std::function<void()>& action, const Sink& warn) {
  try {
    action();
    return true;
  } catch (const std::exception& error) {
    warn(error.what());
    return false;
  }
}

}  // namespace

WaitingContainer::WaitingContainer(ContainerRuntime& runtime, ContainerSpec spec,
                                   std::chrono::seconds lifetime, Sink warn, Network network)
    : runtime_(runtime),
      name_(spec.name),
      has_network_(network == Network::own),
      warn_(std::move(warn)) {
  try {
    start(std::move(spec), lifetime);
  } catch (...) {
    remove();
    throw;
  }
}

WaitingContainer::~WaitingContainer() {
  remove();
}

void WaitingContainer::start(ContainerSpec spec, std::chrono::seconds lifetime) {
  spec.command = {"/bin/bash", "-c", kWait, "pkgkiln", std::to_string(lifetime.count())};
  spec.user = "root";
  spec.network.clear();
  if (has_network_) {
    spec.network = name_;
    runtime_.create_network(name_, spec.labels);
  }
  for (const auto& warning : runtime_.create(spec).warnings) warn_(warning);
  runtime_.start(name_);
}

void WaitingContainer::disconnect() {
  runtime_.disconnect(name_, name_);
}

void WaitingContainer::leave_behind() {
  if (has_network_) disconnect();
  runtime_.kill(name_);
  if (has_network_) runtime_.remove_network(name_);
  is_left_behind_ = true;
}

void WaitingContainer::remove() noexcept {
  if (is_left_behind_) return;
  // `warn` may throw, for example if the disk is full.
  const auto attempt = [this](const std::function<void()>& action) {
    try {
      succeeds(action, warn_);
    } catch (...) {
      return;
    }
  };
  attempt([&] { runtime_.remove(name_); });
  if (has_network_) attempt([&] { runtime_.remove_network(name_); });
}

std::vector<Removable> leftovers(ContainerRuntime& runtime, const Labels& labels,
                                 const std::set<std::string>& kept) {
  std::vector<Removable> found;
  for (const auto& container : runtime.list(labels))
    if (!kept.contains(container.name))
      found.push_back({"the container " + container.name, std::nullopt,
                       [&runtime, id = container.id] { runtime.remove(id); }});
  for (const auto& network : runtime.list_networks(labels))
    if (!kept.contains(network.name))
      found.push_back({"the network " + network.name, std::nullopt,
                       [&runtime, name = network.name] { runtime.remove_network(name); }});
  for (const auto& volume : runtime.list_volumes(labels))
    if (!volume.labels.contains(label::cache) && !kept.contains(volume.name))
      found.push_back({"the volume " + volume.name, std::nullopt,
                       [&runtime, name = volume.name] { runtime.remove_volume(name); }});
  return found;
}

std::size_t remove_leftovers(ContainerRuntime& runtime, const Labels& labels, const Sink& warn,
                             const std::set<std::string>& kept) {
  std::size_t removed = 0;
  for (const auto& one : leftovers(runtime, labels, kept))
    if (succeeds(one.remove, warn)) ++removed;
  return removed;
}

}  // namespace pkgkiln
