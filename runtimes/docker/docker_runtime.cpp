#include "runtimes/docker/docker_runtime.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "runtimes/shared/engine_client.hpp"
#include "runtimes/shared/json.hpp"
#include "runtimes/shared/values.hpp"

namespace pkgkiln::runtimes::docker {

namespace {

void write_limits(json::Writer& out, const Limits& limits) {
  if (limits.memory_bytes) {
    json::member(out, "Memory", *limits.memory_bytes);
    json::member(out, "MemorySwap", *limits.memory_bytes);  // memory and swap together
  }
  if (limits.cpus) json::member(out, "NanoCpus", std::llround(*limits.cpus * 1e9));
  if (limits.pids) json::member(out, "PidsLimit", *limits.pids);
  if (!limits.open_files) return;
  out.Key("Ulimits");
  out.StartArray();
  out.StartObject();
  json::member(out, "Name", "nofile");
  json::member(out, "Soft", *limits.open_files);
  json::member(out, "Hard", *limits.open_files);
  out.EndObject();
  out.EndArray();
}

void write_mounts(json::Writer& out, const std::vector<VolumeMount>& volumes) {
  out.StartArray();
  for (const auto& mount : volumes) {
    out.StartObject();
    json::member(out, "Type", "volume");
    json::member(out, "Source", mount.volume);
    json::member(out, "Target", mount.path);
    if (mount.read_only) json::member(out, "ReadOnly", true);
    out.EndObject();
  }
  out.EndArray();
}

void write_host_config(json::Writer& out, const ContainerSpec& spec) {
  out.StartObject();
  json::member(out, "NetworkMode", spec.network.empty() ? "none" : spec.network);
  json::member(out, "SecurityOpt", std::vector<std::string>{"no-new-privileges"});
  if (!spec.add_hosts.empty()) json::member(out, "ExtraHosts", spec.add_hosts);
  if (!spec.volumes.empty()) {
    out.Key("Mounts");
    write_mounts(out, spec.volumes);
  }
  write_limits(out, spec.limits);
  out.EndObject();
}

}  // namespace

std::string create_body(const ContainerSpec& spec) {
  return json::object([&](json::Writer& out) {
    json::member(out, "Image", spec.image);
    // An empty list, not null, replaces the image's.
    json::member(out, "Entrypoint", std::vector<std::string>{});
    json::member(out, "Cmd", spec.command);
    json::member(out, "Env", assignments(spec.env));
    if (!spec.user.empty()) json::member(out, "User", spec.user);
    if (!spec.working_dir.empty()) json::member(out, "WorkingDir", spec.working_dir);
    json::member(out, "Labels", spec.labels);
    out.Key("HostConfig");
    write_host_config(out, spec);
  });
}

std::string network_body(const std::string& name, const Labels& labels) {
  return json::object([&](json::Writer& out) {
    json::member(out, "Name", name);
    json::member(out, "CheckDuplicate", true);
    json::member(out, "Driver", "bridge");
    json::member(out, "Options", Labels{{"com.docker.network.bridge.enable_icc", "false"}});
    json::member(out, "Labels", labels);
  });
}

Usage usage_from(const json::Value& stats) {
  const auto& peak = json::at(stats, {"memory_stats", "max_usage"});
  if (!peak.IsUint64() || peak.GetUint64() == 0) return {};
  return {peak.GetUint64()};
}

RuntimeInfo info_from(const json::Value& info) {
  RuntimeInfo result;
  result.engine = "docker";
  result.version = json::text(info, {"ServerVersion"});
  const auto options = json::text_list(info, {"SecurityOptions"});
  result.rootless = std::ranges::find(options, "name=rootless") != options.end();
  result.oci_runtime = json::text(info, {"DefaultRuntime"});
  result.cgroup_version = json::text(info, {"CgroupVersion"});
  for (const auto& [limit, key] :
       {std::pair{"memory", "MemoryLimit"}, std::pair{"cpus", "CpuCfsQuota"},
        std::pair{"pids", "PidsLimit"}})
    if (!json::boolean(info, {key})) result.unenforceable_limits.emplace_back(limit);
  return result;
}

PullMessage pull_message_from(const json::Value& message) {
  PullMessage result;
  result.error = json::text(message, {"errorDetail", "message"});
  if (result.error.empty()) result.error = json::text(message, {"error"});
  result.line = json::text(message, {"status"});
  // The figures of a running download come many times a second.
  if (!json::text(message, {"progress"}).empty()) result.line.clear();
  const auto id = json::text(message, {"id"});
  const auto status = json::text(message, {"status"});
  constexpr std::array<std::string_view, 3> begun{"Pulling fs layer", "Waiting", "Downloading"};
  constexpr std::array<std::string_view, 4> whole{"Download complete", "Verifying Checksum",
                                                  "Extracting", "Already exists"};
  result.is_whole = std::ranges::find(whole, status) != whole.end();
  if (result.is_whole || std::ranges::find(begun, status) != begun.end()) result.layer = id;
  if (status == "Downloading") {
    const auto count = [&](const char* key) {
      const auto& value = json::at(message, {"progressDetail", key});
      return value.IsUint64() ? value.GetUint64() : 0;
    };
    result.bytes = count("current");
    result.total = count("total");
  }
  if (!result.line.empty() && !id.empty()) result.line = id + ": " + result.line;
  return result;
}

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

net::Request DockerImages::pull_request(const ImageRef& ref) const {
  return post("/images/create" + net::query({{"fromImage", ref.name()},
                                             {"tag", ref.digest.empty() ? ref.tag : ref.digest}}));
}

}  // namespace pkgkiln::runtimes::docker
