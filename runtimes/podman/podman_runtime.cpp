#include "runtimes/podman/podman_runtime.hpp"

#include "runtimes/podman/connection.hpp"
#include "runtimes/podman/container_json.hpp"
#include "runtimes/shared/engine_client.hpp"
#include "runtimes/shared/json.hpp"
#include "runtimes/shared/values.hpp"

namespace pkgkiln::runtimes::podman {

RuntimeInfo PodmanRuntime::info() {
  RuntimeInfo info =
      info_from(require_json(engine(), "cannot ask the engine about itself", get("/info")));
  info.api_version = kApiVersion;
  info.socket = engine().socket();
  return info;
}

net::Request PodmanRuntime::creation(const ContainerSpec& spec) const {
  return post("/containers/create", create_body(spec, own_));
}

/// On cgroups v1 Podman warns that it ignores them. On v2 it says nothing, and the start fails.
std::vector<std::string> PodmanRuntime::refused_limits() {
  std::call_once(asked_, [&] {
    const auto own = info();
    if (own.cgroup_version == "2") refused_ = own.unenforceable_limits;
  });
  return refused_;
}

Usage PodmanRuntime::usage(const std::string& container) {
  engine().require(quoted("cannot look for the container", container),
                   get(path_of(container) + "/exists"));
  return {};  // libpod tells no peak
}

void PodmanRuntime::remove(const std::string& container) {
  remove_until_gone(engine(), quoted("cannot remove the container", container),
                    runtimes::remove(path_of(container) + "?force=true&v=true&timeout=0"));
}

void PodmanRuntime::create_network(const std::string& name, const Labels& labels) {
  engine().require(quoted("cannot create the network", name),
                   post("/networks/create", network_body(name, labels)));
}

std::vector<ResourceSummary> PodmanRuntime::list_networks(const Labels& labels) {
  const auto answer =
      require_json(engine(), "cannot list the networks", get(filtered("/networks/json", labels)));
  return only_labelled(resources_from(answer, "name", "labels"), labels);
}

void PodmanRuntime::create_volume(const std::string& name, const Labels& labels) {
  request_unless(engine(), quoted("cannot create the volume", name),
                 post("/volumes/create", volume_body(name, labels)),
                 {RuntimeError::Kind::conflict});
}

std::vector<ResourceSummary> PodmanRuntime::list_volumes(const Labels& labels) {
  const auto answer =
      require_json(engine(), "cannot list the volumes", get(filtered("/volumes/json", labels)));
  return only_labelled(resources_from(answer, "Name", "Labels"), labels);
}

}  // namespace pkgkiln::runtimes::podman
