#include "runtimes/podman/podman_runtime.hpp"

#include "runtimes/podman/connection.hpp"
#include "runtimes/podman/container_json.hpp"
#include "runtimes/shared/archive.hpp"
#include "runtimes/shared/engine_json.hpp"
#include "runtimes/shared/exec.hpp"
#include "runtimes/shared/open_files.hpp"
#include "runtimes/shared/requests.hpp"
#include "runtimes/shared/summaries.hpp"

namespace pkgkiln::runtimes::podman {

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

RuntimeInfo PodmanRuntime::info() {
  RuntimeInfo info =
      info_from(require_json(*engine_, "cannot ask the engine about itself", get("/info")));
  info.api_version = kApiVersion;
  info.socket = engine_->socket();
  return info;
}

CreatedContainer PodmanRuntime::create(const ContainerSpec& spec) {
  const auto doing = quoted("cannot create the container", spec.name);
  CreatedContainer created;
  ContainerSpec possible = spec;
  possible.limits = lowered(spec.limits, most_open_files_, created.warnings);
  const auto answer =
      require_json(*engine_, doing, post("/containers/create", create_body(possible)));
  created.id = json::text(json::at(answer, {"Id"}));
  if (created.id.empty()) throw engine_->error(Kind::malformed, doing, "the engine gave it no id");
  for (const auto& warning : json::text_list(json::at(answer, {"Warnings"})))
    created.warnings.push_back(one_line(warning));
  return created;
}

void PodmanRuntime::start(const std::string& container) {
  engine_->require(quoted("cannot start the container", container),
                   post(path_of(container) + "/start"));
}

int PodmanRuntime::exec(const std::string& container, const ExecSpec& spec,
                        const OutputSink& output, const Cancellation& cancel) {
  return run_exec(*engine_, container, spec, output, cancel);
}

void PodmanRuntime::copy_in(const std::string& container, const std::string& path,
                            const Source& tar, const Cancellation& cancel) {
  runtimes::copy_in(*engine_, container, path, tar, cancel);
}

void PodmanRuntime::copy_out(const std::string& container, const std::string& path, const Sink& tar,
                             const Cancellation& cancel) {
  runtimes::copy_out(*engine_, container, path, tar, cancel);
}

Usage PodmanRuntime::usage(const std::string& container) {
  engine_->require(quoted("cannot look for the container", container),
                   get(path_of(container) + "/exists"));
  return {};  // libpod tells no peak
}

void PodmanRuntime::kill(const std::string& container) {
  request_unless(*engine_, quoted("cannot kill the container", container),
                 post(path_of(container) + "/kill"), {Kind::not_found, Kind::conflict});
}

void PodmanRuntime::remove(const std::string& container) {
  remove_until_gone(*engine_, quoted("cannot remove the container", container),
                    runtimes::remove(path_of(container) + "?force=true&v=true&timeout=0"));
}

std::vector<ContainerSummary> PodmanRuntime::list(const Labels& labels) {
  const auto answer = require_json(*engine_, "cannot list the containers",
                                   get(filtered("/containers/json", labels, {{"all", "true"}})));
  return only_labelled(containers_from(answer), labels);
}

std::vector<std::string> PodmanRuntime::networks_of(const std::string& container) {
  return networks_from(require_json(*engine_, quoted("cannot inspect the container", container),
                                    get(path_of(container) + "/json")));
}

void PodmanRuntime::create_network(const std::string& name, const Labels& labels) {
  engine_->require(quoted("cannot create the network", name),
                   post("/networks/create", network_body(name, labels)));
}

void PodmanRuntime::disconnect(const std::string& container, const std::string& network) {
  request_unless(
      *engine_, quoted("cannot cut off the container", container),
      post("/networks/" + net::escape(network) + "/disconnect", disconnect_body(container)),
      {Kind::not_found});
}

void PodmanRuntime::remove_network(const std::string& name) {
  request_unless(*engine_, quoted("cannot remove the network", name),
                 runtimes::remove("/networks/" + net::escape(name)), {Kind::not_found});
}

std::vector<ResourceSummary> PodmanRuntime::list_networks(const Labels& labels) {
  const auto answer =
      require_json(*engine_, "cannot list the networks", get(filtered("/networks/json", labels)));
  return only_labelled(resources_from(answer, "name", "labels"), labels);
}

void PodmanRuntime::create_volume(const std::string& name, const Labels& labels) {
  request_unless(*engine_, quoted("cannot create the volume", name),
                 post("/volumes/create", volume_body(name, labels)), {Kind::conflict});
}

void PodmanRuntime::remove_volume(const std::string& name) {
  request_unless(*engine_, quoted("cannot remove the volume", name),
                 runtimes::remove("/volumes/" + net::escape(name)), {Kind::not_found});
}

std::vector<ResourceSummary> PodmanRuntime::list_volumes(const Labels& labels) {
  const auto answer =
      require_json(*engine_, "cannot list the volumes", get(filtered("/volumes/json", labels)));
  return only_labelled(resources_from(answer, "Name", "Labels"), labels);
}

}  // namespace pkgkiln::runtimes::podman
