#include "runtimes/shared/engine_runtime.hpp"

#include "runtimes/shared/archive.hpp"
#include "runtimes/shared/engine_json.hpp"
#include "runtimes/shared/exec.hpp"
#include "runtimes/shared/process_limits.hpp"
#include "runtimes/shared/requests.hpp"
#include "runtimes/shared/summaries.hpp"

namespace pkgkiln::runtimes {

namespace {

using Kind = RuntimeError::Kind;

}  // namespace

std::string volume_body(const std::string& name, const Labels& labels) {
  return json::object([&](json::Writer& out) {
    out.Key("Name");
    out.String(name);
    out.Key("Labels");
    json::write(out, labels);
  });
}

std::string disconnect_body(const std::string& container) {
  return json::object([&](json::Writer& out) {
    out.Key("Container");
    out.String(container);
    out.Key("Force");
    out.Bool(true);
  });
}

std::string path_of(const std::string& container) {
  return "/containers/" + net::escape(container);
}

std::string quoted(const char* doing, const std::string& name) {
  return std::string(doing) + " '" + name + "'";
}

std::string filtered(const char* path, const Labels& labels, net::Headers parameters) {
  parameters.emplace_back("filters", json::label_filters(labels));
  return path + net::query(parameters);
}

CreatedContainer EngineRuntime::create(const ContainerSpec& spec) {
  const auto doing = quoted("cannot create the container", spec.name);
  CreatedContainer created;
  ContainerSpec possible = spec;
  possible.limits = without(lowered(spec.limits, most_open_files_, created.warnings),
                            refused_limits(), created.warnings);
  const auto answer = require_json(*engine_, doing, creation(possible));
  created.id = json::text(json::at(answer, {"Id"}));
  if (created.id.empty()) throw engine_->error(Kind::malformed, doing, "the engine gave it no id");
  for (const auto& warning : json::text_list(json::at(answer, {"Warnings"})))
    created.warnings.push_back(one_line(warning));
  return created;
}

void EngineRuntime::start(const std::string& container) {
  engine_->require(quoted("cannot start the container", container),
                   post(path_of(container) + "/start"));
}

int EngineRuntime::exec(const std::string& container, const ExecSpec& spec,
                        const OutputSink& output, const Cancellation& cancel) {
  return run_exec(*engine_, container, spec, output, cancel);
}

void EngineRuntime::copy_in(const std::string& container, const std::string& path,
                            const Source& tar, const Cancellation& cancel) {
  runtimes::copy_in(*engine_, container, path, tar, cancel);
}

void EngineRuntime::copy_out(const std::string& container, const std::string& path, const Sink& tar,
                             const Cancellation& cancel) {
  runtimes::copy_out(*engine_, container, path, tar, cancel);
}

void EngineRuntime::kill(const std::string& container) {
  request_unless(*engine_, quoted("cannot kill the container", container),
                 post(path_of(container) + "/kill"), {Kind::not_found, Kind::conflict});
}

std::vector<ContainerSummary> EngineRuntime::list(const Labels& labels) {
  const auto answer = require_json(*engine_, "cannot list the containers",
                                   get(filtered("/containers/json", labels, {{"all", "true"}})));
  return only_labelled(containers_from(answer), labels);
}

std::vector<std::string> EngineRuntime::networks_of(const std::string& container) {
  return networks_from(require_json(*engine_, quoted("cannot inspect the container", container),
                                    get(path_of(container) + "/json")));
}

void EngineRuntime::disconnect(const std::string& container, const std::string& network) {
  request_unless(
      *engine_, quoted("cannot cut off the container", container),
      post("/networks/" + net::escape(network) + "/disconnect", disconnect_body(container)),
      {Kind::not_found});
}

void EngineRuntime::remove_network(const std::string& name) {
  request_unless(*engine_, quoted("cannot remove the network", name),
                 runtimes::remove("/networks/" + net::escape(name)), {Kind::not_found});
}

void EngineRuntime::remove_volume(const std::string& name) {
  request_unless(*engine_, quoted("cannot remove the volume", name),
                 runtimes::remove("/volumes/" + net::escape(name)), {Kind::not_found});
}

}  // namespace pkgkiln::runtimes
