#include "config/initial.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <system_error>

#include "config/value.hpp"
#include "core/base/error.hpp"
#include "core/base/printable.hpp"
#include "core/publish/repository.hpp"

namespace pkgkiln::config {

namespace {

namespace fs = std::filesystem;

bool has_recipe(const fs::path& folder) {
  std::error_code none;
  return fs::is_regular_file(folder / "PKGBUILD", none);
}

bool has_folders_with_recipes(const fs::path& folder) {
  std::error_code none;
  const fs::directory_iterator entries(folder, none);
  return !none && std::any_of(begin(entries), end(entries), [&](const auto& one) {
    return one.is_directory(none) && has_recipe(one.path());
  });
}

/// "ssh://host/x", or as scp(1) has it: "git@host:x".
bool is_url(const std::string& place) {
  const auto colon = place.find(':');
  return place.find("://") != std::string::npos ||
         (colon != std::string::npos && place.find('@') < colon && place.find('/') > colon);
}

}  // namespace

InitialChoice::Target target_at(const std::string& place, const fs::path& home) {
  if (is_url(place)) return {place, {}};
  auto folder = fs::absolute(place.starts_with("~/") ? home / place.substr(2) : fs::path(place))
                    .lexically_normal();
  if (folder.filename() == "PKGBUILD" || folder.filename().empty()) folder = folder.parent_path();
  if (has_recipe(folder)) return {folder.string(), {}};
  if (has_folders_with_recipes(folder)) return {folder.string(), "*"};
  std::error_code none;
  if (!fs::exists(folder, none))
    throw UsageError("there is no folder '" + pkgkiln::printable(folder.string()) + "'")
        .advise("give a folder of PKGBUILDs, or a Git URL such as https://example.com/foo.git");
  throw UsageError("there is no PKGBUILD in '" + pkgkiln::printable(folder.string()) + "'")
      .because("nor in a folder right below it")
      .advise("give a folder that has one, or a folder of such folders");
}

std::string pacman_lines(const InitialChoice& choice) {
  // A first configuration has no key.
  return pkgkiln::pacman_lines(
      choice.repository, fmt::format("file://{}/{}/$arch", choice.path.string(), choice.repository),
      false);
}

std::string initial_text(const InitialChoice& choice) {
  std::string text =
      "# Configuration of pkgkiln. Every setting: pkgkiln config --example, or man pkgkiln.toml.\n"
      "# After a change: pkgkiln doctor\n"
      "\n"
      "# The engine that runs the builds: \"podman\", \"docker\", or \"auto\" for the first one "
      "that answers.\n";
  if (!choice.engine.empty())
    text += fmt::format("# When this file was made: {}.\n", pkgkiln::printable(choice.engine));
  text += "[runtime]\nkind = \"auto\"\n";
  if (!choice.state_dir.empty())
    text += fmt::format(
        "\n# As the system's unit has it, so that commands and the unit see the same.\n"
        "[build]\nstate_dir = {}\n",
        toml_string(choice.state_dir.string()));
  text += "\n# Where packages go. Clients get them by these lines in /etc/pacman.conf:\n";
  const auto lines = pacman_lines(choice);
  for (std::size_t begin = 0; begin < lines.size();) {
    const auto end = lines.find('\n', begin);
    text += "#   " + pkgkiln::printable(lines.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  text += fmt::format("[[repositories]]\nname = {}\npath = {}\n", toml_string(choice.repository),
                      toml_string(choice.path.string()));
  if (choice.targets.empty())
    text +=
        "\n# What to build: a folder of PKGBUILDs, a Git repository, packages of the AUR.\n"
        "#[[targets]]\n#url = \"~/pkgbuilds\"\n#path = \"*\"\n"
        "#[[targets]]\n#url = \"https://git.example.com/foo.git\"\n"
        "# For the AUR: pkgkiln add NAME\n";
  for (const auto& target : choice.targets) {
    text += "\n";
    if (!target.path.empty()) text += "# Each folder in it that has a PKGBUILD.\n";
    text += fmt::format("[[targets]]\nurl = {}\n", toml_string(target.url));
    if (!target.path.empty()) text += fmt::format("path = {}\n", toml_string(target.path));
  }
  return text;
}

}  // namespace pkgkiln::config
