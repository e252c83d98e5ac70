#include "runtimes/docker/container_json.hpp"

#include <cmath>

#include "runtimes/shared/values.hpp"

namespace pkgkiln::runtimes::docker {

namespace {

using json::Writer;

void write_limits(Writer& out, const Limits& limits) {
  if (limits.memory_bytes) {
    out.Key("Memory");
    out.Uint64(*limits.memory_bytes);
    out.Key("MemorySwap");  // memory and swap together
    out.Uint64(*limits.memory_bytes);
  }
  if (limits.cpus) {
    out.Key("NanoCpus");
    out.Int64(std::llround(*limits.cpus * 1e9));
  }
  if (limits.pids) {
    out.Key("PidsLimit");
    out.Int64(*limits.pids);
  }
  if (!limits.open_files) return;
  out.Key("Ulimits");
  out.StartArray();
  out.StartObject();
  out.Key("Name");
  out.String("nofile");
  out.Key("Soft");
  out.Uint64(*limits.open_files);
  out.Key("Hard");
  out.Uint64(*limits.open_files);
  out.EndObject();
  out.EndArray();
}

void write_mounts(Writer& out, const std::vector<VolumeMount>& volumes) {
  out.StartArray();
  for (const auto& mount : volumes) {
    out.StartObject();
    out.Key("Type");
    out.String("volume");
    out.Key("Source");
    out.String(mount.volume);
    out.Key("Target");
    out.String(mount.path);
    if (mount.read_only) {
      out.Key("ReadOnly");
      out.Bool(true);
    }
    out.EndObject();
  }
  out.EndArray();
}

void write_host_config(Writer& out, const ContainerSpec& spec) {
  out.StartObject();
  out.Key("NetworkMode");
  out.String(spec.network.empty() ? "none" : spec.network);
  out.Key("SecurityOpt");
  json::write(out, std::vector<std::string>{"no-new-privileges"});
  if (!spec.add_hosts.empty()) {
    out.Key("ExtraHosts");
    json::write(out, spec.add_hosts);
  }
  if (!spec.volumes.empty()) {
    out.Key("Mounts");
    write_mounts(out, spec.volumes);
  }
  write_limits(out, spec.limits);
  out.EndObject();
}

bool has(const std::vector<std::string>& list, std::string_view item) {
  for (const auto& text : list)
    if (text == item) return true;
  return false;
}

}  // namespace

std::string create_body(const ContainerSpec& spec) {
  return json::object([&](Writer& out) {
    out.Key("Image");
    out.String(spec.image);
    out.Key("Entrypoint");  // an empty list, not null, replaces the image's
    json::write(out, std::vector<std::string>{});
    out.Key("Cmd");
    json::write(out, spec.command);
    out.Key("Env");
    json::write(out, assignments(spec.env));
    if (!spec.user.empty()) {
      out.Key("User");
      out.String(spec.user);
    }
    if (!spec.working_dir.empty()) {
      out.Key("WorkingDir");
      out.String(spec.working_dir);
    }
    out.Key("Labels");
    json::write(out, spec.labels);
    out.Key("HostConfig");
    write_host_config(out, spec);
  });
}

std::string network_body(const std::string& name, const Labels& labels) {
  return json::object([&](Writer& out) {
    out.Key("Name");
    out.String(name);
    out.Key("CheckDuplicate");
    out.Bool(true);
    out.Key("Driver");
    out.String("bridge");
    out.Key("Options");
    json::write(out, Labels{{"com.docker.network.bridge.enable_icc", "false"}});
    out.Key("Labels");
    json::write(out, labels);
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
  result.version = json::text(json::at(info, {"ServerVersion"}));
  result.rootless = has(json::text_list(json::at(info, {"SecurityOptions"})), "name=rootless");
  result.oci_runtime = json::text(json::at(info, {"DefaultRuntime"}));
  result.cgroup_version = json::text(json::at(info, {"CgroupVersion"}));
  for (const auto& [limit, key] :
       {std::pair{"memory", "MemoryLimit"}, std::pair{"cpus", "CpuCfsQuota"},
        std::pair{"pids", "PidsLimit"}})
    if (!json::boolean(json::at(info, {key}))) result.unenforceable_limits.emplace_back(limit);
  return result;
}

}  // namespace pkgkiln::runtimes::docker
