#include "runtimes/podman/podman_runtime.hpp"

#include <algorithm>
#include <cmath>

#include "runtimes/podman/connection.hpp"
#include "runtimes/shared/engine_client.hpp"
#include "runtimes/shared/json.hpp"
#include "runtimes/shared/values.hpp"

namespace pkgkiln::runtimes::podman {

namespace {

constexpr std::int64_t kCpuPeriodMicroseconds = 100'000;

void write_resource_limits(json::Writer& out, const Limits& limits) {
  out.StartObject();
  if (limits.memory_bytes) {
    out.Key("memory");
    out.StartObject();
    json::member(out, "limit", *limits.memory_bytes);
    json::member(out, "swap", *limits.memory_bytes);  // memory and swap together
    out.EndObject();
  }
  if (limits.cpus) {
    out.Key("cpu");
    out.StartObject();
    json::member(out, "period", kCpuPeriodMicroseconds);
    json::member(out, "quota",
                 std::llround(*limits.cpus * static_cast<double>(kCpuPeriodMicroseconds)));
    out.EndObject();
  }
  if (limits.pids) {
    out.Key("pids");
    out.StartObject();
    json::member(out, "limit", *limits.pids);
    out.EndObject();
  }
  out.EndObject();
}

/// The name is without RLIMIT_, which is refused at start.
void write_rlimit(json::Writer& out, const char* name, std::uint64_t limit) {
  out.StartObject();
  json::member(out, "type", name);
  json::member(out, "hard", limit);
  json::member(out, "soft", limit);
  out.EndObject();
}

void write_limits(json::Writer& out, const Limits& limits, const ProcessLimits& own) {
  if (limits.memory_bytes || limits.cpus || limits.pids) {
    out.Key("resource_limits");
    write_resource_limits(out, limits);
  }
  const auto open_files = limits.open_files ? limits.open_files : own.open_files;
  if (!open_files && !own.processes) return;
  out.Key("r_limits");
  out.StartArray();
  if (open_files) write_rlimit(out, "nofile", *open_files);
  if (own.processes) write_rlimit(out, "nproc", *own.processes);
  out.EndArray();
}

void write_network(json::Writer& out, const std::string& network) {
  out.Key("netns");
  out.StartObject();
  json::member(out, "nsmode", network.empty() ? "none" : "bridge");
  out.EndObject();
  if (network.empty()) return;
  out.Key("Networks");
  out.StartObject();
  out.String(network);
  out.StartObject();
  out.EndObject();
  out.EndObject();
}

void write_volumes(json::Writer& out, const std::vector<VolumeMount>& volumes) {
  out.Key("volumes");
  out.StartArray();
  for (const auto& mount : volumes) {
    out.StartObject();
    json::member(out, "Name", mount.volume);
    json::member(out, "Dest", mount.path);
    if (mount.read_only) json::member(out, "Options", std::vector<std::string>{"ro"});
    out.EndObject();
  }
  out.EndArray();
}

/// A rootless engine can enforce only the limits whose controllers it was given, and none on
/// cgroups v1.
std::vector<std::string> unenforceable(const json::Value& info, bool rootless) {
  std::vector<std::string> limits;
  if (!rootless) return limits;
  const bool v2 = json::text(info, {"host", "cgroupVersion"}) == "v2";
  const auto given = json::text_list(info, {"host", "cgroupControllers"});
  for (const auto& [limit, controller] :
       {std::pair{"memory", "memory"}, std::pair{"cpus", "cpu"}, std::pair{"pids", "pids"}})
    if (!v2 || std::ranges::find(given, controller) == given.end()) limits.emplace_back(limit);
  return limits;
}

std::string json_list(const std::vector<std::string>& list) {
  rapidjson::StringBuffer buffer;
  json::Writer out(buffer);
  json::write(out, list);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

std::string create_body(const ContainerSpec& spec, const ProcessLimits& own) {
  return json::object([&](json::Writer& out) {
    json::member(out, "name", spec.name);
    json::member(out, "image", spec.image);
    // An empty list, not null, replaces the image's.
    json::member(out, "entrypoint", std::vector<std::string>{});
    json::member(out, "command", spec.command);
    json::member(out, "env", spec.env);
    if (!spec.user.empty()) json::member(out, "user", spec.user);
    if (!spec.working_dir.empty()) json::member(out, "work_dir", spec.working_dir);
    json::member(out, "labels", spec.labels);
    json::member(out, "terminal", false);
    json::member(out, "no_new_privileges", true);
    write_network(out, spec.network);
    if (!spec.add_hosts.empty()) json::member(out, "hostadd", spec.add_hosts);
    if (!spec.volumes.empty()) write_volumes(out, spec.volumes);
    write_limits(out, spec.limits, own);
  });
}

std::string network_body(const std::string& name, const Labels& labels) {
  return json::object([&](json::Writer& out) {
    json::member(out, "name", name);
    json::member(out, "driver", "bridge");
    json::member(out, "options", Labels{{"isolate", "true"}});
    json::member(out, "labels", labels);
  });
}

RuntimeInfo info_from(const json::Value& info) {
  RuntimeInfo result;
  result.engine = "podman";
  result.version = json::text(info, {"version", "Version"});
  result.rootless = json::boolean(info, {"host", "security", "rootless"});
  result.oci_runtime = json::text(info, {"host", "ociRuntime", "name"});
  result.cgroup_version = json::text(info, {"host", "cgroupVersion"});
  if (result.cgroup_version.starts_with('v')) result.cgroup_version.erase(0, 1);
  result.unenforceable_limits = unenforceable(info, result.rootless);
  return result;
}

PullMessage pull_message_from(const json::Value& message) {
  return {json::text(message, {"stream"}), json::text(message, {"error"})};
}

net::Headers commit_changes(const CommitSpec& spec) {
  net::Headers changes;
  const auto add = [&](const std::string& instruction) {
    changes.emplace_back("changes", instruction);
  };
  add("CMD " + json_list(spec.command));
  for (const auto& [name, value] : spec.env) add("ENV " + name + "=\"" + value + "\"");
  for (const auto& [key, value] : spec.labels) add("LABEL " + key + "=\"" + value + "\"");
  add("USER " + (spec.user.empty() ? "root" : spec.user));
  add("WORKDIR " + (spec.working_dir.empty() ? "/" : spec.working_dir));
  return changes;
}

RuntimeInfo PodmanRuntime::info() {
  const std::lock_guard lock(mutex_);
  if (!info_) {
    auto info =
        info_from(require_json(engine(), "cannot ask the engine about itself", get("/info")));
    info.api_version = kApiVersion;
    info.socket = engine().socket();
    info_ = std::move(info);
  }
  return *info_;
}

net::Request PodmanRuntime::creation(const ContainerSpec& spec) const {
  return post("/containers/create", create_body(spec, own_));
}

/// On cgroups v1 Podman warns that it ignores such limits. On v2 it gives no warning, and the start
/// fails.
std::vector<std::string> PodmanRuntime::refused_limits() {
  const auto own = info();
  return own.cgroup_version == "2" ? own.unenforceable_limits : std::vector<std::string>();
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

net::Request PodmanImages::pull_request(const ImageRef& ref) const {
  return post("/images/pull" + net::query({{"reference", pull_reference(ref)}}));
}

/// Newer versions read `changes` with another parser, which alters quotes, '$' and line breaks;
/// older ones ignore the body.
net::Request PodmanImages::commit_request(const net::Headers& parameters,
                                          const CommitSpec& spec) const {
  if (takes_commit_config(engine().dialect().version))
    return EngineImages::commit_request(parameters, spec);
  auto all = parameters;
  for (auto& change : commit_changes(spec)) all.push_back(std::move(change));
  return post("/commit" + net::query(all));
}

}  // namespace pkgkiln::runtimes::podman
