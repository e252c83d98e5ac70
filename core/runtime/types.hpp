#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pkgkiln {

/// Keys and values. Ours begin with "io.pkgkiln."; see core/runtime/labels.hpp.
using Labels = std::map<std::string, std::string>;

/// What the containers of a build may use. Unset: the engine's own default.
struct Limits {
  std::optional<std::uint64_t> memory_bytes;  // swap included
  std::optional<double> cpus;
  std::optional<std::int64_t> pids;
  /// Soft and hard limit of open files. A rootless engine cannot exceed its user's hard limit:
  /// the runtime lowers it to that and says so in the warnings of `create`.
  std::optional<std::uint64_t> open_files;

  bool operator==(const Limits&) const = default;
};

struct VolumeMount {
  std::string volume;
  std::string path;  // absolute, in the container
  bool read_only = false;

  bool operator==(const VolumeMount&) const = default;
};

/// A container to be made. It gets no privileges, no host path and no engine socket, and
/// no-new-privileges is always on.
struct ContainerSpec {
  std::string name;
  std::string image;                 // id or full name, must be there already
  std::vector<std::string> command;  // the main process: replaces entrypoint and cmd of the image
  std::map<std::string, std::string> env;
  std::string user;         // "root", "builder", "1000:1000"; empty: the image's
  std::string working_dir;  // empty: the image's
  Labels labels;
  std::string network;  // name of a network made by create_network; empty: none at all
  /// Lines for /etc/hosts, "name:address"; address may be "host-gateway" where the engine
  /// knows it.
  std::vector<std::string> add_hosts;
  std::vector<VolumeMount> volumes;
  Limits limits;

  bool operator==(const ContainerSpec&) const = default;
};

struct ExecSpec {
  std::vector<std::string> command;
  std::map<std::string, std::string> env;  // added to the container's
  std::string user;                        // empty: the container's
  std::string working_dir;                 // empty: the container's

  bool operator==(const ExecSpec&) const = default;
};

enum class OutputStream { out, err };

/// Gets output as it comes. Each stream keeps its order; how they interleave isn't promised.
using OutputSink = std::function<void(OutputStream, std::string_view)>;

struct CreatedContainer {
  std::string id;
  std::vector<std::string> warnings;  // in the engine's words, one line each
};

struct ContainerSummary {
  std::string id;
  std::string name;
  Labels labels;
  bool running = false;
};

/// A network or a volume.
struct ResourceSummary {
  std::string name;
  Labels labels;
};

struct Usage {
  /// The container's peak of memory; unset if the engine can't tell.
  std::optional<std::uint64_t> peak_memory_bytes;
};

struct RuntimeInfo {
  std::string engine;       // "docker", "podman", "fake"
  std::string version;      // the engine's, "4.3.1"
  std::string api_version;  // spoken with it: "1.41", "4.0.0"
  std::string socket;       // "unix:///run/…"
  bool rootless = false;
  std::string oci_runtime;  // "runc", "crun"
  std::string cgroup_version;
  /// Names of the Limits that this engine can't enforce ("memory", "cpus", "pids").
  std::vector<std::string> unenforceable_limits;
};

struct ImageInfo {
  std::string id;  // "sha256:…"
  std::vector<std::string> names;
  /// Digest of the manifest it was pulled by ("sha256:…"); empty for one that was never pulled.
  std::string digest;
  Labels labels;
  std::chrono::system_clock::time_point created;
};

/// The whole config of a committed image. Engines can't remove a variable or label from it. So
/// those that the container had beyond its image's, and that are not named here, get an empty
/// value.
struct CommitSpec {
  std::string name;  // full name with tag
  Labels labels;
  std::vector<std::string> command;
  std::map<std::string, std::string> env;
  std::string user;
  std::string working_dir;
};

}  // namespace pkgkiln
