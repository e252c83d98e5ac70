#include "runtimes/docker/docker_runtime.hpp"

#include "runtimes/docker/container_json.hpp"
#include "runtimes/shared/engine_client.hpp"
#include "runtimes/shared/json.hpp"
#include "runtimes/shared/values.hpp"

namespace pkgkiln::runtimes::docker {

RuntimeInfo DockerRuntime::info() {
  RuntimeInfo info =
      info_from(require_json(engine(), "cannot ask the engine about itself", get("/info")));
  info.api_version = engine().dialect().prefix.substr(2);
  info.socket = engine().socket();
  return info;
}

net::Request DockerRuntime::creation(const ContainerSpec& spec) const {
  return post("/containers/create" + net::query({{"name", spec.name}}), create_body(spec));
}

Usage DockerRuntime::usage(const std::string& container) {
  return usage_from(require_json(engine(), quoted("cannot ask what was used by", container),
                                 get(path_of(container) + "/stats?stream=false&one-shot=true")));
}

void DockerRuntime::remove(const std::string& container) {
  remove_until_gone(engine(), quoted("cannot remove the container", container),
                    runtimes::remove(path_of(container) + "?force=true&v=true"));
}

void DockerRuntime::create_network(const std::string& name, const Labels& labels) {
  engine().require(quoted("cannot create the network", name),
                   post("/networks/create", network_body(name, labels)));
}

std::vector<ResourceSummary> DockerRuntime::list_networks(const Labels& labels) {
  const auto answer =
      require_json(engine(), "cannot list the networks", get(filtered("/networks", labels)));
  return only_labelled(resources_from(answer, "Name", "Labels"), labels);
}

void DockerRuntime::create_volume(const std::string& name, const Labels& labels) {
  engine().require(quoted("cannot create the volume", name),
                   post("/volumes/create", volume_body(name, labels)));
}

std::vector<ResourceSummary> DockerRuntime::list_volumes(const Labels& labels) {
  const auto answer =
      require_json(engine(), "cannot list the volumes", get(filtered("/volumes", labels)));
  return only_labelled(resources_from(json::at(answer, {"Volumes"}), "Name", "Labels"), labels);
}

}  // namespace pkgkiln::runtimes::docker
