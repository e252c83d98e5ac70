#include "runtimes/docker/docker_runtime.hpp"

#include "runtimes/docker/container_json.hpp"
#include "runtimes/shared/archive.hpp"
#include "runtimes/shared/engine_json.hpp"
#include "runtimes/shared/exec.hpp"
#include "runtimes/shared/open_files.hpp"
#include "runtimes/shared/requests.hpp"
#include "runtimes/shared/summaries.hpp"

namespace pkgkiln::runtimes::docker {

namespace {

using Kind = RuntimeError::Kind;

std::string path_of(const std::string& container) {
  return "/containers/" + net::escape(container);
}

std::string quoted(const char* doing, const std::string& name) {
  return std::string(doing) + " '" + name + "'";
}

std::string filtered(const char* path, const Labels& labels, net::Headers parameters = {}) {
  parameters.emplace_back("filters", json::label_filters(labels));
  return path + net::query(parameters);
}

}  // namespace

RuntimeInfo DockerRuntime::info() {
  RuntimeInfo info =
      info_from(require_json(*engine_, "cannot ask the engine about itself", get("/info")));
  info.api_version = engine_->dialect().prefix.substr(2);
  info.socket = engine_->socket();
  return info;
}

CreatedContainer DockerRuntime::create(const ContainerSpec& spec) {
  const auto doing = quoted("cannot create the container", spec.name);
  CreatedContainer created;
  ContainerSpec possible = spec;
  possible.limits = lowered(spec.limits, most_open_files_, created.warnings);
  const auto answer = require_json(
      *engine_, doing,
      post("/containers/create" + net::query({{"name", spec.name}}), create_body(possible)));
  created.id = json::text(json::at(answer, {"Id"}));
  if (created.id.empty()) throw engine_->error(Kind::malformed, doing, "the engine gave it no id");
  for (const auto& warning : json::text_list(json::at(answer, {"Warnings"})))
    created.warnings.push_back(one_line(warning));
  return created;
}

void DockerRuntime::start(const std::string& container) {
  engine_->require(quoted("cannot start the container", container),
                   post(path_of(container) + "/start"));
}

int DockerRuntime::exec(const std::string& container, const ExecSpec& spec,
                        const OutputSink& output, const Cancellation& cancel) {
  return run_exec(*engine_, container, spec, output, cancel);
}

void DockerRuntime::copy_in(const std::string& container, const std::string& path,
                            const Source& tar, const Cancellation& cancel) {
  runtimes::copy_in(*engine_, container, path, tar, cancel);
}

void DockerRuntime::copy_out(const std::string& container, const std::string& path, const Sink& tar,
                             const Cancellation& cancel) {
  runtimes::copy_out(*engine_, container, path, tar, cancel);
}

Usage DockerRuntime::usage(const std::string& container) {
  return usage_from(require_json(*engine_, quoted("cannot ask what was used by", container),
                                 get(path_of(container) + "/stats?stream=false&one-shot=true")));
}

void DockerRuntime::kill(const std::string& container) {
  request_unless(*engine_, quoted("cannot kill the container", container),
                 post(path_of(container) + "/kill"), {Kind::not_found, Kind::conflict});
}

void DockerRuntime::remove(const std::string& container) {
  remove_until_gone(*engine_, quoted("cannot remove the container", container),
                    runtimes::remove(path_of(container) + "?force=true&v=true"));
}

std::vector<ContainerSummary> DockerRuntime::list(const Labels& labels) {
  const auto answer = require_json(*engine_, "cannot list the containers",
                                   get(filtered("/containers/json", labels, {{"all", "true"}})));
  return only_labelled(containers_from(answer), labels);
}

std::vector<std::string> DockerRuntime::networks_of(const std::string& container) {
  return networks_from(require_json(*engine_, quoted("cannot inspect the container", container),
                                    get(path_of(container) + "/json")));
}

void DockerRuntime::create_network(const std::string& name, const Labels& labels) {
  engine_->require(quoted("cannot create the network", name),
                   post("/networks/create", network_body(name, labels)));
}

void DockerRuntime::disconnect(const std::string& container, const std::string& network) {
  request_unless(
      *engine_, quoted("cannot cut off the container", container),
      post("/networks/" + net::escape(network) + "/disconnect", disconnect_body(container)),
      {Kind::not_found});
}

void DockerRuntime::remove_network(const std::string& name) {
  request_unless(*engine_, quoted("cannot remove the network", name),
                 runtimes::remove("/networks/" + net::escape(name)), {Kind::not_found});
}

std::vector<ResourceSummary> DockerRuntime::list_networks(const Labels& labels) {
  const auto answer =
      require_json(*engine_, "cannot list the networks", get(filtered("/networks", labels)));
  return only_labelled(resources_from(answer, "Name", "Labels"), labels);
}

void DockerRuntime::create_volume(const std::string& name, const Labels& labels) {
  engine_->require(quoted("cannot create the volume", name),
                   post("/volumes/create", volume_body(name, labels)));
}

void DockerRuntime::remove_volume(const std::string& name) {
  request_unless(*engine_, quoted("cannot remove the volume", name),
                 runtimes::remove("/volumes/" + net::escape(name)), {Kind::not_found});
}

std::vector<ResourceSummary> DockerRuntime::list_volumes(const Labels& labels) {
  const auto answer =
      require_json(*engine_, "cannot list the volumes", get(filtered("/volumes", labels)));
  return only_labelled(resources_from(json::at(answer, {"Volumes"}), "Name", "Labels"), labels);
}

}  // namespace pkgkiln::runtimes::docker
