#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <optional>
#include <variant>

#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/json.hpp"
#include "cli/setup.hpp"
#include "cli/tables.hpp"
#include "core/plan/planner.hpp"

namespace pkgkiln::cli {

namespace {

/// Who has the lock may use the mirrors.
std::optional<RunLock> lock_if_free(const StateDir& state) {
  try {
    return std::make_optional<RunLock>(state, RunLock::For::look);
  } catch (const LockedError& error) {
    fmt::print(stderr, "note: what changed is not looked into, since {}\n", error.what());
    return std::nullopt;
  }
}

std::string shown(const std::vector<Plan>& plans, const Arguments& arguments) {
  if (arguments.json) return plans_json(plans);
  return arguments.explain ? plan_explanation(plans) : plan_table(plans);
}

}  // namespace

int plan_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto setup = set_up(arguments, cancel);
  const auto selection = select(setup, arguments);
  const StateDir state(setup.settings().build.state_dir);
  const auto lock = lock_if_free(state);
  const History history(state);
  git::Remotes remotes;
  const Planner planner(state, history, *setup.repositories, remotes,
                        {lock.has_value(), retry_policy(setup.settings(), arguments)});
  const auto plans = planner.decide(selection.targets, cancel);
  fmt::print("{}", shown(plans, arguments));
  const bool failed = std::any_of(plans.begin(), plans.end(), [](const Plan& plan) {
    return std::holds_alternative<Unplannable>(plan.decision);
  });
  return selection.exit_code(failed ? exit_code::target_failed : exit_code::ok);
}

}  // namespace pkgkiln::cli
