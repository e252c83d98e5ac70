#include <algorithm>
#include <unistd.h>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/json.hpp"
#include "cli/selection.hpp"
#include "cli/setup.hpp"
#include "cli/tables.hpp"
#include "core/schedule/due.hpp"

namespace pkgkiln::cli {

namespace {

/// Nothing is printed while the lock is held.
Selection list(Setup& setup, const Arguments& arguments, Console& words,
               const Cancellation& cancel) {
  const StateDir state(setup.settings().build.state_dir);
  const auto lock = lock_if_free(state, words);
  git::Remotes remotes(politeness(setup.settings()));
  PackagingSources sources(state.mirrors(), remotes);
  return select(setup, arguments, sources, lock.has_value(), words, cancel);
}

}  // namespace

int targets_command(const Arguments& arguments, const Cancellation& cancel) {
  auto setup = set_up(arguments, cancel);
  Console words(STDERR_FILENO, Console::Patience::bounded);
  const auto selection = list(setup, arguments, words, cancel);
  words.flush();
  print(targets_table(selection.targets));
  return selection.exit_code(exit_code::ok);
}

int schedule_command(const Arguments& arguments, const Cancellation& cancel) {
  auto setup = set_up(arguments, cancel);
  Console words(STDERR_FILENO, Console::Patience::bounded);
  const auto selection = list(setup, arguments, words, cancel);
  const StateDir state(setup.settings().build.state_dir);
  std::error_code none;
  const auto states = std::filesystem::exists(state.database(), none) ? History(state).states()
                                                                      : std::vector<TargetState>();
  const auto now = std::chrono::system_clock::now();
  auto due = due_times(selection.targets, states, now);
  std::ranges::stable_sort(due, {}, &Due::next);
  words.flush();
  print(arguments.json ? schedule_json(due, now) : schedule_table(due, now));
  return selection.exit_code(exit_code::ok);
}

int tree_command(const Arguments& arguments, const Cancellation& cancel) {
  auto setup = set_up(arguments, cancel);
  Console words(STDERR_FILENO, Console::Patience::bounded);
  const auto selection = list(setup, arguments, words, cancel);
  words.flush();
  print(targets_tree(selection.listed, arguments.targets));
  return selection.exit_code(exit_code::ok);
}

}  // namespace pkgkiln::cli
