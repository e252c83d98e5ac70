#include <fmt/format.h>
#include <optional>
#include <unistd.h>
#include <variant>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/json.hpp"
#include "cli/selection.hpp"
#include "cli/setup.hpp"
#include "cli/tables.hpp"
#include "core/base/printable.hpp"
#include "core/plan/planner.hpp"

namespace pkgkiln::cli {

namespace {

std::string shown(const std::vector<Job>& jobs, const Arguments& arguments) {
  if (arguments.json) return plans_json(jobs);
  return arguments.explain ? plan_explanation(jobs) : plan_table(jobs);
}

int code_of(const std::vector<Job>& jobs) {
  int code = exit_code::ok;
  for (const auto& job : jobs)
    if (const auto* unplannable = std::get_if<Unplannable>(&job.plan.decision)) {
      if (unplannable->fault() == Fault::unreached) return exit_code::nothing_done;
      code = exit_code::target_failed;
    }
  return code;
}

/// Nothing is printed while the lock is held: a build would wait for whoever reads it.
struct Plans {
  Selection selection;
  std::vector<Job> jobs;
};

Plans make_plans(Setup& setup, const Arguments& arguments, Console& words,
                 const Cancellation& cancel) {
  const StateDir state(setup.settings().build.state_dir);
  const auto lock = lock_if_free(state, words);
  History history(state, lock ? History::IfDamaged::put_aside : History::IfDamaged::refuse);
  if (!history.notice().empty()) words.write(fmt::format("note: {}\n", history.notice()));
  git::Remotes remotes(politeness(setup.settings()));
  PackagingSources sources(state.mirrors(), remotes);
  auto selection = select(setup, arguments, sources, lock.has_value(), words, cancel, &history);
  const Ledger ledger(state, Ledger::Access::read);
  const trust::Gate gate(
      gate_settings(setup.settings()), ledger, remotes, [&] { return known_distribution(setup); },
      setup.arch);
  const Planner planner(
      sources, history, *setup.repositories, remotes, setup.arch,
      {lock.has_value(), retry_policy(setup.settings(), arguments),
       build_conditions(setup.settings()), setup.settings().build.bump_pkgrel, true, &gate});
  auto jobs = planner.decide(std::move(selection.targets), cancel);
  for (const auto& job : jobs)
    for (const auto& remark : job.inspection ? job.inspection->remarks : std::vector<std::string>())
      words.write(fmt::format("note: {}: {}\n", job.target.name, printable(remark)));
  return {std::move(selection), std::move(jobs)};
}

}  // namespace

int plan_command(const Arguments& arguments, const Cancellation& cancel) {
  auto setup = set_up(arguments, cancel);
  Console words(STDERR_FILENO, Console::Patience::bounded);
  const auto [selection, jobs] = make_plans(setup, arguments, words, cancel);
  words.flush();
  print(shown(jobs, arguments));
  return selection.exit_code(code_of(jobs));
}

}  // namespace pkgkiln::cli
