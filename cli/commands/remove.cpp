#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/json.hpp"
#include "cli/selection.hpp"
#include "cli/setup.hpp"
#include "config/edit.hpp"
#include "core/base/text.hpp"
#include "core/run/package_owners.hpp"

namespace pkgkiln::cli {

namespace {

/// Whether an entry of the file lists that, by the name of a package or its own.
bool take_out(config::FileEdit& edit, const std::string& name) {
  bool has_any = false;
  for (std::size_t i = 0; i < edit.settings().targets.size();) {
    const auto& target = edit.settings().targets[i];
    const bool is_in_list = std::ranges::find(target.aur_names, name) != target.aur_names.end();
    if (!is_in_list && target.name != name) {
      ++i;
      continue;
    }
    has_any = true;
    if (is_in_list && target.aur_names.size() > 1)
      edit.remove_aur_name(i, name);
    else
      edit.remove_target(i);
  }
  return has_any;
}

/// Why it can't be taken out of the file.
UsageError not_in_file(const config::FileEdit& edit, const Listed& listed,
                       const std::string& name) {
  UsageError error("cannot remove '" + name + "'");
  const auto* target = find_target(listed.targets, name);
  if (target == nullptr) {
    std::vector<std::string> names;
    for (const auto& one : listed.targets) names.push_back(one.name);
    error.because("there is no such target for this machine");
    if (const auto near = nearest(name, names); !near.empty())
      error.because("the nearest name is '" + near + "'");
    return std::move(error).advise("pkgkiln targets");
  }
  if (!target->needed_by.empty())
    return std::move(error)
        .because("'" + target->needed_by + "' needs it")
        .advise("pkgkiln remove " + target->needed_by);
  if (target->vieter_id != 0)
    return std::move(error)
        .because("it is on the list of " + target->origin)
        .advise("remove it there");
  return std::move(error)
      .because("it comes from a pattern, at " + target->origin)
      .advise(fmt::format("leave it out there: exclude = [\"{}\"]; the file is {}", target->path,
                          edit.file().string()));
}

/// What a target published, and how it is taken away.
std::string what_stays(const Setup& setup, const std::vector<OwnedName>& names) {
  std::map<std::string, std::vector<std::string>> published;  // by repository
  for (const auto& name : names)
    if (name.published) published[name.repository].push_back(name.pkgname);
  std::string text;
  for (const auto& [repository, pkgnames] : published) {
    const auto list = fmt::format("{}", fmt::join(pkgnames, " "));
    text += fmt::format("what is published stays in {}: {}\n", repository, list);
    for (const auto& one : setup.settings().repositories) {
      if (one.name != repository || one.path.empty()) continue;
      std::error_code unknown;
      const auto link = one.path / repository / setup.arch / (repository + ".db");
      if (const auto database = std::filesystem::canonical(link, unknown); !unknown)
        text += fmt::format("  to take it out: repo-remove {} {}\n", database.string(), list);
    }
  }
  return text;
}

}  // namespace

int remove_command(const Arguments& arguments, const Cancellation& cancel) {
  config::FileEdit edit(load_request(arguments));
  auto setup = set_up(arguments, cancel);
  const StateDir state(setup.settings().build.state_dir);
  std::vector<std::string> gone;
  std::string text;
  {
    const RunLock lock(state, RunLock::For::run, cancel);
    History history(state, History::IfDamaged::put_aside);
    Ledger ledger(state, Ledger::Access::write);
    pin_names(ledger, history, *setup.repositories);
    git::Remotes remotes(politeness(setup.settings()));
    PackagingSources sources(state.mirrors(), remotes);
    const auto before = list_all(setup, sources, true, cancel, &history);
    for (const auto& name : arguments.targets) {
      if (take_out(edit, name)) continue;
      const auto* target = find_target(before.targets, name);
      if (target == nullptr || !target->aur || !target->needed_by.empty() ||
          !take_out(edit, target->aur->name))
        throw not_in_file(edit, before, name);
    }
    auto changed = set_up(edit.load(), cancel);
    const auto left = list_all(changed, sources, true, cancel, &history);
    // Where not all could be listed, `clean` gives up what went with them.
    const bool is_complete = left.failures.empty() && !left.is_partial;
    for (const auto& target : before.targets) {
      const bool is_meant = std::ranges::any_of(arguments.targets, [&](const std::string& name) {
        return name == target.name || (target.aur && name == target.aur->name);
      });
      const auto* still = find_target(left.targets, target.name);
      if (still == nullptr && (is_meant || is_complete)) gone.push_back(target.name);
      if (still != nullptr && is_meant)
        text += fmt::format("'{}' stays a target: {}\n", target.name, still->origin);
    }
    for (const auto& name : gone) text += what_stays(setup, ledger.names_of(name));
    ledger.together([&] {
      for (const auto& name : gone) ledger.forget(name);
      edit.write();
    });
  }
  if (arguments.json)
    print(removed_json(gone, edit.file().string()));
  else if (!arguments.quiet)
    print(fmt::format("removed from {}: {}\n", edit.file().string(),
                      fmt::join(arguments.targets, " ")) +
          (gone.empty() ? "" : fmt::format("targets no more: {}\n", fmt::join(gone, " "))) + text);
  return exit_code::ok;
}

}  // namespace pkgkiln::cli
