#include <algorithm>
#include <ctime>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/json.hpp"
#include "cli/setup.hpp"
#include "cli/state_json.hpp"
#include "cli/state_tables.hpp"
#include "core/base/printable.hpp"

namespace pkgkiln::cli {

namespace {

/// Enough to find one that ended among those that were killed.
constexpr std::size_t kLookedAtRuns = 100;

/// Throws UsageError for names that no run has come to.
void keep_named(std::vector<TargetState>& states, const std::vector<std::string>& names) {
  if (names.empty()) return;
  for (const auto& name : names)
    if (std::ranges::find(states, name, &TargetState::target) == states.end())
      throw UsageError("no run has come to a target '" + printable(name) + "'")
          .advise("pkgkiln status lists those that one has come to, pkgkiln targets all");
  std::erase_if(states, [&](const TargetState& state) {
    return std::ranges::find(names, state.target) == names.end();
  });
}

Standing standing_of(const StateDir& state, const History& history) {
  Standing standing{history.states(), history.runs(kLookedAtRuns, History::Runs::with_work)};
  sort_by_need(standing.states);
  standing.is_running = is_run_going_on(state);
  return standing;
}

}  // namespace

int status_command(const Arguments& arguments) {
  const auto config = load_config(arguments);
  const StateDir state(config.settings.build.state_dir);
  const History history(state);
  auto standing = standing_of(state, history);
  keep_named(standing.states, arguments.targets);
  if (arguments.failed)
    std::erase_if(standing.states, [](const TargetState& one) { return !has_failed(one.status); });
  if (arguments.json)
    print(status_json(standing));
  else if (standing.states.empty() && standing.runs.empty())
    say("nothing has been built yet; pkgkiln build does it\n");
  else
    print(status_table(standing, std::time(nullptr)));
  return exit_code::ok;
}

int history_command(const Arguments& arguments) {
  const auto config = load_config(arguments);
  const History history{StateDir(config.settings.build.state_dir)};
  std::vector<BuildRecord> builds;
  for (const auto& name : arguments.targets) {
    auto of_target = history.builds(name, arguments.limit);
    if (of_target.empty())
      throw UsageError("nothing is recorded of a target '" + printable(name) + "'")
          .advise("pkgkiln status lists those that a run has come to");
    std::ranges::move(of_target, std::back_inserter(builds));
  }
  if (arguments.targets.empty()) builds = history.builds("", arguments.limit);
  print(arguments.json ? history_json(builds) : history_table(builds, std::time(nullptr)));
  return exit_code::ok;
}

int overview_command(const Arguments& arguments) {
  const auto config = load_config(arguments);
  const StateDir state(config.settings.build.state_dir);
  const auto standing = standing_of(state, History(state));
  const Ledger ledger(state, Ledger::Access::read);
  print(overview(standing, ledger.held(), find_file(load_request(arguments)).value_or("").string(),
                 std::time(nullptr)));
  return exit_code::ok;
}

int show_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto config = load_config(arguments);
  const History history{StateDir(config.settings.build.state_dir)};
  const auto facts = facts_of(history, arguments.targets);
  if (arguments.aur || !facts) return show_aur_command(arguments, cancel);
  std::string text;
  for (const auto& one : *facts)
    text += (text.empty() ? "" : "\n") + target_details(one, std::time(nullptr));
  print(arguments.json ? facts_json(*facts) : text);
  return exit_code::ok;
}

int retry_command(Arguments arguments, const Cancellation& cancel) {
  if (arguments.targets.empty()) {
    arguments.if_listed = true;
    const auto config = load_config(arguments);
    const History history{StateDir(config.settings.build.state_dir)};
    for (const auto& state : history.states())
      if (has_failed(state.status) || state.status == Status::blocked)
        arguments.targets.push_back(state.target);
  }
  if (arguments.targets.empty()) {
    if (arguments.json) print(results_json({}));
    say("nothing failed, so there is nothing to try again\n");
    return exit_code::ok;
  }
  return build_command(arguments, cancel);
}

}  // namespace pkgkiln::cli
