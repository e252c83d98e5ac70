#include <array>

#include "config/checks.hpp"
#include "config/keys.hpp"
#include "core/targets/target_checks.hpp"

namespace pkgkiln::config {

namespace {

RepositorySettings& repository(const Record& record) {
  return *std::get<RepositorySettings*>(record);
}
TargetSettings& target(const Record& record) {
  return *std::get<TargetSettings*>(record);
}

const std::array all_entry_keys{
    Key{.table = "repositories",
        .name = "name",
        .slot = [](const Record& r) -> Slot { return &repository(r).name; },
        .example = R"("pkgkiln")",
        .doc = "Its name in pacman.conf(5).",
        .check = check_repository_name,
        .required = true},
    Key{.table = "repositories",
        .name = "path",
        .slot = [](const Record& r) -> Slot { return &repository(r).path; },
        .example = R"("~/.local/share/pkgkiln/repository")",
        .doc = "The directory that holds it, as NAME/ARCH; without one it is the Vieter server's.",
        .check = check_line},
    Key{.table = "repositories",
        .name = "prune",
        .slot = [](const Record& r) -> Slot { return &repository(r).prune; },
        .default_value = "false",
        .doc = "Whether packages that targets no longer make are removed; only with a path."},
    Key{.table = "repositories",
        .name = "schedule",
        .slot = [](const Record& r) -> Slot { return &repository(r).schedule; },
        .example = R"("@weekly")",
        .doc = "As build.schedule, for the targets that are published to it.",
        .check = check_schedule},
    Key{.table = "targets",
        .name = "name",
        .slot = [](const Record& r) -> Slot { return &target(r).name; },
        .example = R"("hello")",
        .doc =
            "Its name in logs and on the command line; by default made from the path or the URL.",
        .check = check_target_name},
    Key{.table = "targets",
        .name = "url",
        .slot = [](const Record& r) -> Slot { return &target(r).url; },
        .example = R"("https://git.example.com/packages.git")",
        .doc = R"(The Git repository or the folder, or the PKGBUILD itself with kind = "url".)",
        .check = check_target_url,
        .may_be_path = true},
    Key{.table = "targets",
        .name = "aur",
        .slot = [](const Record& r) -> Slot { return &target(r).aur_names; },
        .default_value = "[]",
        .doc = "Packages of the AUR instead of a url, such as \"paru\": a target for each package "
               "base.",
        .check = check_package_name,
        .may_be_one = true},
    Key{.table = "targets",
        .name = "branch",
        .slot = [](const Record& r) -> Slot { return &target(r).branch; },
        .example = R"("main")",
        .doc = "The branch; by default the one that the repository's HEAD names.",
        .check = check_branch},
    Key{.table = "targets",
        .name = "path",
        .slot = [](const Record& r) -> Slot { return &target(r).path; },
        .example = R"("hello")",
        .doc = R"(The PKGBUILD's directory there, by default the root; or a pattern, such as "*".)",
        .check = check_directory},
    Key{.table = "targets",
        .name = "exclude",
        .slot = [](const Record& r) -> Slot { return &target(r).exclude; },
        .default_value = "[]",
        .doc = R"(What a pattern in path leaves out, such as "old" or "lib32-*".)",
        .check = check_excluded},
    Key{.table = "targets",
        .name = "checkout",
        .slot = [](const Record& r) -> Slot { return &target(r).checkout; },
        .default_value = R"("directory")",
        .doc =
            R"(What a build gets: the PKGBUILD's "directory", all of the "repository", or a "clone".)"},
    Key{.table = "targets",
        .name = "kind",
        .slot = [](const Record& r) -> Slot { return &target(r).kind; },
        .default_value = R"("git")",
        .doc = R"(What the URL is: a "git" repository, or the "url" of a PKGBUILD.)"},
    Key{.table = "targets",
        .name = "repository",
        .slot = [](const Record& r) -> Slot { return &target(r).repository; },
        .example = R"("pkgkiln")",
        .doc = "The repository that it is published to; by default the first one.",
        .check = check_repository_name},
    Key{.table = "targets",
        .name = "arch",
        .slot = [](const Record& r) -> Slot { return &target(r).arch; },
        .default_value = "[]",
        .example = R"(["x86_64"])",
        .doc = R"(The machines that build it; all if it is empty or has "any".)",
        .check = check_arch},
    Key{.table = "targets",
        .name = "owns",
        .slot = [](const Record& r) -> Slot { return &target(r).owns; },
        .default_value = "[]",
        .example = R"(["sudo"])",
        .doc = "Names that it may publish, replace or provide, whosever they are.",
        .check = check_package_name,
        .former_name = "packages"},
    Key{.table = "targets",
        .name = "trust",
        .slot = [](const Record& r) -> Slot { return &target(r).trust; },
        .example = R"("maintainer")",
        .doc = R"(As trust.aur, for this target: "recipe", "maintainer" or "own".)",
        .check = check_trust},
    Key{.table = "targets",
        .name = "allow",
        .slot = [](const Record& r) -> Slot { return &target(r).allow; },
        .default_value = "[]",
        .example = R"(["source-path"])",
        .doc = "Rules that never hold this target.",
        .check = check_allowed},
    Key{.table = "targets",
        .name = "schedule",
        .slot = [](const Record& r) -> Slot { return &target(r).schedule; },
        .example = R"("0 3 * * mon-fri")",
        .doc = "As build.schedule, for this target; by default its repository's.",
        .check = check_schedule},
    Key{.table = "targets",
        .name = "network",
        .slot = [](const Record& r) -> Slot { return &target(r).network; },
        .default_value = "false",
        .doc = "Whether build(), check() and package() may use the network."},
    Key{.table = "targets",
        .name = "force",
        .slot = [](const Record& r) -> Slot { return &target(r).force; },
        .default_value = "false",
        .doc = "Whether it is built even if it is already published."},
};

}  // namespace

std::span<const Key> keys_of_entries() {
  return all_entry_keys;
}

}  // namespace pkgkiln::config
