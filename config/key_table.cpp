#include <array>

#include "config/checks.hpp"
#include "config/keys.hpp"
#include "core/targets/target_checks.hpp"

namespace pkgkiln::config {

namespace {

Settings& settings(const Record& record) {
  return *std::get<Settings*>(record);
}

const std::array keys_of_builds{
    Key{.table = "runtime",
        .name = "kind",
        .slot = [](const Record& r) -> Slot { return &settings(r).runtime.kind; },
        .default_value = R"("auto")",
        .doc = R"(The engine: "podman", "docker", or "auto" for the first one that answers.)",
        .check = check_runtime_kind},
    Key{.table = "runtime",
        .name = "socket",
        .slot = [](const Record& r) -> Slot { return &settings(r).runtime.socket; },
        .example = R"("unix:///run/user/1000/podman/podman.sock")",
        .doc = "The engine's socket; by default it is looked for in the usual places.",
        .check = check_socket},
    Key{.table = "runtime",
        .name = "add_hosts",
        .slot = [](const Record& r) -> Slot { return &settings(r).runtime.add_hosts; },
        .default_value = "[]",
        .example = R"(["git.example.com:192.0.2.7"])",
        .doc =
            R"(Lines for /etc/hosts in every build, "NAME:ADDRESS"; the address may be "host-gateway".)",
        .check = check_add_host},
    Key{.table = "image",
        .name = "base",
        .slot = [](const Record& r) -> Slot { return &settings(r).image.base; },
        .default_value = R"("docker.io/library/archlinux:latest")",
        .doc = "The image that the builder image is made from: any distribution with pacman.",
        .check = check_image,
        .alias = "VIETER_BASE_IMAGE"},
    Key{.table = "image",
        .name = "refresh",
        .slot = [](const Record& r) -> Slot { return &settings(r).image.refresh; },
        .default_value = R"("1d")",
        .doc = "The age at which the builder image is made anew."},
    Key{.table = "image",
        .name = "packages",
        .slot = [](const Record& r) -> Slot { return &settings(r).image.packages; },
        .default_value = "[]",
        .example = R"(["ccache"])",
        .doc = "Packages to install beside base-devel and git.",
        .check = check_dependency},
    Key{.table = "image",
        .name = "pacman_conf",
        .slot = [](const Record& r) -> Slot { return &settings(r).image.pacman_conf; },
        .example = R"("pacman.conf")",
        .doc = "A pacman.conf for the builder image: a whole one replaces its own, a part is added "
               "to it.",
        .check = check_line},
    Key{.table = "image",
        .name = "makepkg_conf",
        .slot = [](const Record& r) -> Slot { return &settings(r).image.makepkg_conf; },
        .example = R"("makepkg.conf")",
        .doc = "A makepkg.conf for the builder image, whole or in part; packages are made for its "
               "CARCH.",
        .check = check_line},
    Key{.table = "image",
        .name = "mirrorlist",
        .slot = [](const Record& r) -> Slot { return &settings(r).image.mirrorlist; },
        .example = R"("mirrorlist")",
        .doc = "A file for /etc/pacman.d/mirrorlist of the builder image.",
        .check = check_line},
    Key{.table = "build",
        .name = "timeout",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.timeout; },
        .default_value = R"("2h")",
        .doc = "The time that one build may take, not counting its wait for a slot.",
        .minimum = 1},
    Key{.table = "build",
        .name = "jobs",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.jobs; },
        .default_value = "0",
        .doc = "How many builds may run at once; 0: one a core, but no more than one for each "
               "2 GiB of memory."},
    Key{.table = "build",
        .name = "memory",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.memory; },
        .example = R"("4G")",
        .doc = "The memory that one build may use, swap included; no limit by default.",
        .minimum = 6 << 20},
    Key{.table = "build",
        .name = "cpus",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.cpus; },
        .example = "2",
        .doc = "The CPUs that one build may use; no limit by default."},
    Key{.table = "build",
        .name = "pids",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.pids; },
        .default_value = "4096",
        .doc = "The processes and threads that one build may have at once.",
        .minimum = 1},
    Key{.table = "build",
        .name = "state_dir",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.state_dir; },
        .example = R"("~/.local/state/pkgkiln")",
        .doc = "Where mirrors, logs and history are kept; default: pkgkiln in $XDG_STATE_HOME "
               "or ~/.local/state.",
        .check = check_line},
    Key{.table = "build",
        .name = "packager",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.packager; },
        .example = R"("Jane Doe <jane@example.com>")",
        .doc = "PACKAGER of makepkg.conf(5); by default the image's.",
        .check = check_line},
    Key{.table = "build",
        .name = "makeflags",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.makeflags; },
        .example = R"("-j4")",
        .doc = "MAKEFLAGS of makepkg.conf(5); by default -j and the build's share of the cores.",
        .check = check_line},
    Key{.table = "build",
        .name = "proxy",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.proxy; },
        .example = R"("http://192.0.2.7:3128")",
        .doc = "The proxy of builds while their network is on, or \"none\"; by default the "
               "environment's.",
        .check = check_proxy},
    Key{.table = "build",
        .name = "retry_failed",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.retry_failed; },
        .default_value = R"("0s")",
        .example = R"("6h")",
        .doc = "The pause before a failed, unchanged target is tried again, doubled each time; "
               "0s: see pkgkiln(1)."},
    Key{.table = "build",
        .name = "bump_pkgrel",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.bump_pkgrel; },
        .default_value = "false",
        .doc = "Whether a PKGBUILD that changed, but not its version, is built as pkgrel 1.1, 1.2 "
               "and so on."},
    Key{.table = "build",
        .name = "schedule",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.schedule; },
        .example = R"("0 3 * * *")",
        .doc =
            R"(When "build --due" builds a target: as in crontab(5), or "@daily"; by default each time.)",
        .check = check_schedule},
    Key{.table = "build",
        .name = "keep_logs",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.keep_logs; },
        .default_value = R"("90d")",
        .doc = "The age at which logs and records of builds are removed, except each target's "
               "newest; 0s: never."},
    Key{.table = "build",
        .name = "keep_failed",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.keep_failed; },
        .default_value = "0",
        .example = "3",
        .doc = "Of how many failed builds the containers are kept, the newest, for 'pkgkiln shell "
               "TARGET'."},
    Key{.table = "build",
        .name = "log_size",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.log_size; },
        .default_value = R"("32M")",
        .doc = "The most that one build may print into its log; the rest is dropped.",
        .minimum = 4 << 10},
    Key{.table = "build",
        .name = "logs_size",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.logs_size; },
        .default_value = R"("2G")",
        .doc =
            "The most that all logs may take together; the oldest are removed first; 0: no limit."},
    Key{.table = "build",
        .name = "packages_size",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.packages_size; },
        .default_value = R"("16G")",
        .doc = "The most that the package files of one build may take together.",
        .minimum = 1 << 20},
    Key{.table = "build",
        .name = "unpacked_size",
        .slot = [](const Record& r) -> Slot { return &settings(r).build.unpacked_size; },
        .default_value = R"("64G")",
        .doc = "The most that the package files of one build may hold, unpacked.",
        .minimum = 1 << 20},
    Key{.table = "cache",
        .name = "packages",
        .slot = [](const Record& r) -> Slot { return &settings(r).cache.packages; },
        .default_value = R"("4G")",
        .doc = "The most that the cache of signed packages may hold, which all targets share; "
               "0: no cache."},
    Key{.table = "cache",
        .name = "sources",
        .slot = [](const Record& r) -> Slot { return &settings(r).cache.sources; },
        .default_value = R"("20G")",
        .doc =
            "The most that the targets' own caches of sources and packages may hold together; 0: "
            "no caches."},
};

}  // namespace

std::span<const Key> keys() {
  static const auto all = [] {
    std::vector<Key> joined(keys_of_builds.begin(), keys_of_builds.end());
    for (const auto& others : {keys_of_services(), keys_of_entries()})
      joined.insert(joined.end(), others.begin(), others.end());
    return joined;
  }();
  return all;
}

}  // namespace pkgkiln::config
