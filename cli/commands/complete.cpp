#include <algorithm>

#include "cli/arguments.hpp"
#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/setup.hpp"
#include "core/base/process.hpp"

namespace pkgkiln::cli {

namespace {

/// Those of the configuration and of earlier runs: nobody waits for a server while they type.
std::vector<std::string> known_targets(const Arguments& arguments) {
  std::vector<std::string> names;
  try {
    auto typed = arguments;
    // The shell has not yet read what is typed.
    if (typed.config_file && typed.config_file->string().substr(0, 2) == "~/")
      typed.config_file = environment()["HOME"] + typed.config_file->string().substr(1);
    const auto settings = load_config(typed).settings;
    for (const auto& entry : settings.targets) {
      names.insert(names.end(), entry.aur_names.begin(), entry.aur_names.end());
      if (entry.path.find_first_of("*?") == std::string::npos && !entry.name.empty())
        names.push_back(entry.name);
    }
    std::error_code none;
    if (std::filesystem::exists(settings.build.state_dir / "state.db", none))
      for (auto& each : History(StateDir(settings.build.state_dir)).states())
        names.push_back(std::move(each.target));
  } catch (const std::exception&) {
    // Nothing may disturb the line that is typed.
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

int complete_command(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& each : candidates(words, known_targets))
    text += each.word + "\t" + each.meaning + "\n";
  print(text);
  return exit_code::ok;
}

}  // namespace pkgkiln::cli
