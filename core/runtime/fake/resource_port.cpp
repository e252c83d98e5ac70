// The networks and volumes of the fake engine.

#include "core/runtime/fake/container_port.hpp"
#include "core/runtime/fake/state.hpp"

namespace pkgkiln::fake {

void ContainerPort::create_network(const std::string& name, const Labels& labels) {
  const std::lock_guard lock(state_.mutex);
  state_.enter(Call::create_network, name);
  if (!state_.networks.emplace(name, labels).second)
    throw conflict("cannot create the network '" + name + "'", "the name is taken");
}

void ContainerPort::disconnect(const std::string& container, const std::string& network) {
  const std::lock_guard lock(state_.mutex);
  state_.enter(Call::disconnect, container);
  if (const auto found = state_.find_container(container)) found->networks.erase(network);
}

void ContainerPort::remove_network(const std::string& name) {
  const std::lock_guard lock(state_.mutex);
  state_.enter(Call::remove_network, name);
  for (const auto& [id, container] : state_.containers)
    if (container->running && container->networks.contains(name))
      throw conflict("cannot remove the network '" + name + "'",
                     "the container '" + container->spec.name + "' is attached to it");
  state_.networks.erase(name);
}

std::vector<ResourceSummary> ContainerPort::list_networks(const Labels& labels) {
  const std::lock_guard lock(state_.mutex);
  state_.enter(Call::list_networks, {});
  std::vector<ResourceSummary> found;
  for (const auto& [name, its] : state_.networks)
    if (has_all(its, labels)) found.push_back({name, its});
  return found;
}

void ContainerPort::create_volume(const std::string& name, const Labels& labels) {
  const std::lock_guard lock(state_.mutex);
  state_.enter(Call::create_volume, name);
  state_.volumes.emplace(name, Volume{labels, nullptr});
}

void ContainerPort::remove_volume(const std::string& name) {
  const std::lock_guard lock(state_.mutex);
  state_.enter(Call::remove_volume, name);
  for (const auto& [id, container] : state_.containers)
    for (const auto& mounted : container->spec.volumes)
      if (mounted.volume == name)
        throw conflict("cannot remove the volume '" + name + "'",
                       "the container '" + container->spec.name + "' uses it");
  state_.volumes.erase(name);
}

std::vector<ResourceSummary> ContainerPort::list_volumes(const Labels& labels) {
  const std::lock_guard lock(state_.mutex);
  state_.enter(Call::list_volumes, {});
  std::vector<ResourceSummary> found;
  for (const auto& [name, volume] : state_.volumes)
    if (has_all(volume.labels, labels)) found.push_back({name, volume.labels});
  return found;
}

}  // namespace pkgkiln::fake
