#include "runtimes/podman/container_json.hpp"

#include <algorithm>
#include <cmath>

namespace pkgkiln::runtimes::podman {

namespace {

using json::Writer;

constexpr std::int64_t kCpuPeriodMicroseconds = 100'000;

void write_resource_limits(Writer& out, const Limits& limits) {
  out.StartObject();
  if (limits.memory_bytes) {
    out.Key("memory");
    out.StartObject();
    out.Key("limit");
    out.Uint64(*limits.memory_bytes);
    out.Key("swap");  // memory and swap together
    out.Uint64(*limits.memory_bytes);
    out.EndObject();
  }
  if (limits.cpus) {
    out.Key("cpu");
    out.StartObject();
    out.Key("period");
    out.Int64(kCpuPeriodMicroseconds);
    out.Key("quota");
    out.Int64(std::llround(*limits.cpus * static_cast<double>(kCpuPeriodMicroseconds)));
    out.EndObject();
  }
  if (limits.pids) {
    out.Key("pids");
    out.StartObject();
    out.Key("limit");
    out.Int64(*limits.pids);
    out.EndObject();
  }
  out.EndObject();
}

/// The name is without RLIMIT_, which is refused at start.
void write_rlimit(Writer& out, const char* name, std::uint64_t limit) {
  out.StartObject();
  out.Key("type");
  out.String(name);
  out.Key("hard");
  out.Uint64(limit);
  out.Key("soft");
  out.Uint64(limit);
  out.EndObject();
}

void write_limits(Writer& out, const Limits& limits, const ProcessLimits& own) {
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

void write_network(Writer& out, const std::string& network) {
  out.Key("netns");
  out.StartObject();
  out.Key("nsmode");
  out.String(network.empty() ? "none" : "bridge");
  out.EndObject();
  if (network.empty()) return;
  out.Key("Networks");
  out.StartObject();
  out.String(network);
  out.StartObject();
  out.EndObject();
  out.EndObject();
}

void write_volumes(Writer& out, const std::vector<VolumeMount>& volumes) {
  out.Key("volumes");
  out.StartArray();
  for (const auto& mount : volumes) {
    out.StartObject();
    out.Key("Name");
    out.String(mount.volume);
    out.Key("Dest");
    out.String(mount.path);
    if (mount.read_only) {
      out.Key("Options");
      json::write(out, std::vector<std::string>{"ro"});
    }
    out.EndObject();
  }
  out.EndArray();
}

/// What a rootless engine was not given it can't enforce; on cgroups v1 it never is.
std::vector<std::string> unenforceable(const json::Value& info, bool rootless) {
  std::vector<std::string> limits;
  if (!rootless) return limits;
  const bool v2 = json::text(json::at(info, {"host", "cgroupVersion"})) == "v2";
  const auto given = json::text_list(json::at(info, {"host", "cgroupControllers"}));
  for (const auto& [limit, controller] :
       {std::pair{"memory", "memory"}, std::pair{"cpus", "cpu"}, std::pair{"pids", "pids"}})
    if (!v2 || std::ranges::find(given, controller) == given.end()) limits.emplace_back(limit);
  return limits;
}

}  // namespace

std::string create_body(const ContainerSpec& spec, const ProcessLimits& own) {
  return json::object([&](Writer& out) {
    out.Key("name");
    out.String(spec.name);
    out.Key("image");
    out.String(spec.image);
    out.Key("entrypoint");  // an empty list, not null, replaces the image's
    json::write(out, std::vector<std::string>{});
    out.Key("command");
    json::write(out, spec.command);
    out.Key("env");
    json::write(out, spec.env);
    if (!spec.user.empty()) {
      out.Key("user");
      out.String(spec.user);
    }
    if (!spec.working_dir.empty()) {
      out.Key("work_dir");
      out.String(spec.working_dir);
    }
    out.Key("labels");
    json::write(out, spec.labels);
    out.Key("terminal");
    out.Bool(false);
    out.Key("no_new_privileges");
    out.Bool(true);
    write_network(out, spec.network);
    if (!spec.add_hosts.empty()) {
      out.Key("hostadd");
      json::write(out, spec.add_hosts);
    }
    if (!spec.volumes.empty()) write_volumes(out, spec.volumes);
    write_limits(out, spec.limits, own);
  });
}

std::string network_body(const std::string& name, const Labels& labels) {
  return json::object([&](Writer& out) {
    out.Key("name");
    out.String(name);
    out.Key("driver");
    out.String("bridge");
    out.Key("options");
    json::write(out, Labels{{"isolate", "true"}});
    out.Key("labels");
    json::write(out, labels);
  });
}

RuntimeInfo info_from(const json::Value& info) {
  RuntimeInfo result;
  result.engine = "podman";
  result.version = json::text(json::at(info, {"version", "Version"}));
  result.rootless = json::boolean(json::at(info, {"host", "security", "rootless"}));
  result.oci_runtime = json::text(json::at(info, {"host", "ociRuntime", "name"}));
  result.cgroup_version = json::text(json::at(info, {"host", "cgroupVersion"}));
  if (result.cgroup_version.starts_with('v')) result.cgroup_version.erase(0, 1);
  result.unenforceable_limits = unenforceable(info, result.rootless);
  return result;
}

}  // namespace pkgkiln::runtimes::podman
