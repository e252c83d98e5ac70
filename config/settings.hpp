#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/secret.hpp"
#include "core/notify/channels.hpp"
#include "core/sign/signer.hpp"
#include "core/targets/target.hpp"

/// The user's settings, from file, environment and flags. Plain values with every default filled
/// in; nothing was checked against an engine, a server or the disk.
namespace pkgkiln::config {

struct RuntimeSettings {
  std::string kind = "auto";           // auto, podman, docker
  std::string socket;                  // "unix:///…"; empty: looked for
  std::vector<std::string> add_hosts;  // "name:address"

  bool operator==(const RuntimeSettings&) const = default;
};

struct ImageSettings {
  std::string base = "docker.io/library/archlinux:latest";
  std::chrono::seconds refresh{86'400};
  std::vector<std::string> packages;
  std::filesystem::path pacman_conf, makepkg_conf, mirrorlist;  // on the host; empty: none

  bool operator==(const ImageSettings&) const = default;
};

struct BuildSettings {
  std::chrono::seconds timeout{7'200};
  std::int64_t jobs = 0;                // builds at once; 0: as the machine allows
  std::optional<std::uint64_t> memory;  // bytes
  std::optional<double> cpus;
  std::int64_t pids = 4'096;
  std::filesystem::path state_dir;  // filled in: $XDG_STATE_HOME/pkgkiln or ~/.local/state/pkgkiln
  std::string packager;             // PACKAGER of makepkg.conf(5); empty: the image's
  std::string makeflags;            // MAKEFLAGS; empty: -j and the build's share of the cores
  Secret proxy;  // a URL, maybe with a password, or "none"; empty: the environment's
  /// After which a failed build is tried again; 0: see RetryPolicy in core/plan/comparison.hpp.
  std::chrono::seconds retry_failed{0};
  bool bump_pkgrel = false;
  std::string schedule;  // of targets and repositories without one; empty: none
  std::chrono::seconds keep_logs{90 * 86'400};  // 0: for ever
  std::int64_t keep_failed = 0;                 // containers of failed builds
  // Bytes. What builds may take of the host: HostLimits in core/builder/build_steps.hpp.
  std::optional<std::uint64_t> log_size{std::uint64_t{32} << 20U};
  std::optional<std::uint64_t> logs_size{std::uint64_t{2} << 30U};  // 0: as much as there is
  std::optional<std::uint64_t> packages_size{std::uint64_t{16} << 30U};
  std::optional<std::uint64_t> unpacked_size{std::uint64_t{64} << 30U};

  bool operator==(const BuildSettings&) const = default;
};

/// Bytes; 0: none at all.
struct CacheSettings {
  std::optional<std::uint64_t> packages{std::uint64_t{4} << 30U};
  std::optional<std::uint64_t> sources{std::uint64_t{20} << 30U};

  bool operator==(const CacheSettings&) const = default;
};

struct VieterSettings {
  std::string address;  // "https://vieter.example.com"; empty: no server
  Secret api_key;
  std::string container_address;  // as build containers reach it; empty: as `address`
  std::string default_arch;       // the server's; empty: unknown
  std::chrono::seconds retry_timeout{60};

  bool operator==(const VieterSettings&) const = default;
};

struct RepositorySettings {
  std::string name;            // as pacman knows it: [name]
  std::filesystem::path path;  // root of a local repository; empty: the Vieter server keeps it
  bool prune = false;          // take out what targets make no more; of a local one
  std::string schedule = {};   // of targets that are published to it and have none

  bool operator==(const RepositorySettings&) const = default;
};

struct AurSettings {
  std::string url = "https://aur.archlinux.org";
  std::int64_t dump_from = 5'000;      // targets: see aur::Directory
  std::vector<std::string> providers;  // "DEPENDENCY=PACKAGE"

  bool operator==(const AurSettings&) const = default;
};

/// See core/trust/gate.hpp.
struct TrustSettings {
  std::string aur = "recipe", by_default = "own";
  std::string first;  // hold, accept; empty: accept where a list has an URL of the AUR, else hold
  std::chrono::seconds age{0};
  std::string commit = "check";  // check, any
  std::vector<std::string> maintainers;

  bool operator==(const TrustSettings&) const = default;
};

struct VerifySettings {
  std::string archive;  // URL or path; empty: none

  bool operator==(const VerifySettings&) const = default;
};

/// See core/report/report.hpp.
struct ReportSettings {
  std::filesystem::path path;  // of the folder; empty: none is written after a run
  std::string title = "Packages";
  std::string url;  // of that folder; empty: unknown

  bool operator==(const ReportSettings&) const = default;
};

/// An entry of [[targets]]: one target, or one for each directory that a pattern in `path` names,
/// or for each package base that has one of the AUR's packages.
struct TargetSettings : Target {
  std::vector<std::string> aur_names;
  std::vector<std::string> exclude;  // patterns (PathPattern)

  bool operator==(const TargetSettings&) const = default;
};

struct Settings {
  std::filesystem::path file;  // that was read; empty: none, all defaults
  RuntimeSettings runtime;
  ImageSettings image;
  BuildSettings build;
  CacheSettings cache;
  SigningSettings sign;  // without a key nothing is signed
  VieterSettings vieter;
  AurSettings aur;
  TrustSettings trust;
  VerifySettings verify;
  NotifySettings notify;
  ReportSettings report;
  std::vector<RepositorySettings> repositories;  // at least one, unless there is a server
  std::vector<TargetSettings> targets;

  bool operator==(const Settings&) const = default;
};

}  // namespace pkgkiln::config
