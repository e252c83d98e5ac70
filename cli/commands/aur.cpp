#include <algorithm>
#include <ctime>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/json.hpp"
#include "cli/setup.hpp"
#include "cli/tables.hpp"
#include "core/aur/client.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/package/package_name.hpp"

namespace pkgkiln::cli {

namespace {

bool has(const AurPackage& package, const std::string& word) {
  return lower_case(package.name).find(word) != std::string::npos ||
         lower_case(package.description).find(word) != std::string::npos;
}

/// The AUR takes a single text, so it is asked for the word that should be in the fewest.
std::vector<AurPackage> found(aur::Client& client, std::vector<std::string> words) {
  for (auto& word : words) word = lower_case(word);
  auto packages = client.search(
      *std::ranges::max_element(words, {}, [](const auto& word) { return word.size(); }));
  std::erase_if(packages, [&](const auto& package) {
    return !std::ranges::all_of(words, [&](const auto& word) { return has(package, word); });
  });
  std::ranges::sort(packages, [](const auto& a, const auto& b) {
    return std::tie(b.popularity, b.votes, a.name) < std::tie(a.popularity, a.votes, b.name);
  });
  return packages;
}

/// Where it is listed by its name or its package base's; empty: it isn't.
std::string listed_in(const config::Settings& settings, const AurPackage& package) {
  for (const auto& target : settings.targets)
    for (const auto& name : target.aur_names)
      if (name == package.name || name == package.base) return target.origin;
  return {};
}

}  // namespace

int search_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto config = load_config(arguments);
  aur::Client client(config.settings.aur.url, cancel, {});
  const auto packages = found(client, arguments.targets);
  print(arguments.json ? packages_json(packages) : packages_table(packages, std::time(nullptr)));
  return packages.empty() ? exit_code::target_failed : exit_code::ok;
}

int show_aur_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto config = load_config(arguments);
  for (const auto& name : arguments.targets)
    if (!pacman::is_package_name(name))
      throw UsageError("'" + printable(name) + "' is no name of a package");
  aur::Client client(config.settings.aur.url, cancel, {});
  const auto entries = client.info(arguments.targets);
  std::vector<AurPackage> packages;
  std::string text;
  int code = exit_code::ok;
  for (const auto& name : arguments.targets) {
    const auto entry = entries.find(name);
    if (entry == entries.end() || !entry->second.problem.empty()) {
      Error error("'" + name + "' is not in the AUR");
      if (entry != entries.end()) error.because("or can't be used: " + entry->second.problem);
      say(error_text(error.advise("pkgkiln search " + name).report()));
      code = exit_code::target_failed;
      continue;
    }
    const auto& package = entry->second.package;
    packages.push_back(package);
    text += (text.empty() ? "" : "\n") +
            package_details(package, listed_in(config.settings, package), std::time(nullptr));
  }
  print(arguments.json ? packages_json(packages) : text);
  return code;
}

}  // namespace pkgkiln::cli
