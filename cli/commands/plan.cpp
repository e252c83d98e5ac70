#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <variant>

#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/setup.hpp"
#include "cli/tables.hpp"
#include "core/plan/planner.hpp"

namespace pkgkiln::cli {

int plan_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto setup = set_up(arguments, cancel);
  const auto selection = select(setup, arguments);
  const StateDir state(setup.settings().build.state_dir);
  const History history(state);
  git::Remotes remotes;
  const auto plans =
      Planner(state, history, *setup.repositories, remotes).decide(selection.targets, cancel);
  fmt::print("{}", plan_table(plans));
  const bool failed = std::any_of(plans.begin(), plans.end(), [](const Plan& plan) {
    return std::holds_alternative<Unplannable>(plan.decision);
  });
  return selection.exit_code(failed ? exit_code::target_failed : exit_code::ok);
}

}  // namespace pkgkiln::cli
