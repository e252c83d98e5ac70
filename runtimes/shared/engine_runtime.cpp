#include "runtimes/shared/engine_runtime.hpp"

#include <chrono>
#include <thread>

#include "runtimes/shared/archive.hpp"
#include "runtimes/shared/engine_json.hpp"
#include "runtimes/shared/exec.hpp"
#include "runtimes/shared/process_limits.hpp"
#include "runtimes/shared/requests.hpp"
#include "runtimes/shared/summaries.hpp"

namespace pkgkiln::runtimes {

namespace {

using Kind = RuntimeError::Kind;

constexpr int kLooksAfterKill = 100;
constexpr std::chrono::milliseconds kBetweenLooks{50};

/// Engines may list a killed container as running for a moment longer. One that won't end is not
/// waited for: whoever uses it next hears of it.
void await_end(const EngineClient& engine, const std::string& doing, const std::string& container) {
  for (int i = 0; i < kLooksAfterKill; ++i) {
    if (i > 0) std::this_thread::sleep_for(kBetweenLooks);
    const auto response = engine.ask(doing, get(path_of(container) + "/json"));
    if (!response.ok()) return;
    const auto inspect = parse_json(engine, doing, response);
    if (!json::boolean(json::at(inspect, {"State", "Running"}))) return;
  }
}

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
  const auto doing = quoted("cannot kill the container", container);
  request_unless(*engine_, doing, post(path_of(container) + "/kill"),
                 {Kind::not_found, Kind::conflict});
  await_end(*engine_, doing, container);
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
