#include <cstdio>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/engine.hpp"
#include "cli/exit_code.hpp"
#include "cli/json.hpp"
#include "cli/progress.hpp"
#include "cli/setup.hpp"
#include "cli/tables.hpp"
#include "core/base/random.hpp"
#include "core/run/run.hpp"

namespace pkgkiln::cli {

namespace {

Progress::Detail detail_of(const Arguments& arguments) {
  if (arguments.quiet) return Progress::Detail::quiet;
  return arguments.verbose ? Progress::Detail::verbose : Progress::Detail::normal;
}

}  // namespace

int build_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto setup = set_up(arguments, cancel);
  const auto& settings = setup.settings();
  const auto selection = select(setup, arguments);
  const StateDir state(settings.build.state_dir);
  const RunLock lock(state, RunLock::For::run, cancel);
  Progress progress(detail_of(arguments));
  for (const auto& notice : setup.config.notices) progress.notice(notice);
  History history(state);
  if (!history.notice().empty()) progress.notice(history.notice());
  if (selection.known.empty() && !selection.unlisted)
    progress.notice("there are no targets for this machine; add [[targets]]");

  const auto engine = open_engine(settings);
  const RunIdentity identity{state.instance(), time_and_random()};
  const auto how = build_settings(settings);
  BuilderImage image(engine->runtime(), engine->images(), identity, image_settings(settings));
  git::Remotes remotes;
  Run run({engine->runtime(),
           image,
           state,
           history,
           *setup.repositories,
           remotes,
           identity,
           how,
           capacity(settings),
           {true, retry_policy(settings, arguments)},
           setup.logs.get(),
           settings.build.keep_logs},
          progress);
  const auto results = run.build(selection.targets, {selection.listed, !selection.unlisted},
                                 arguments.refresh_image, cancel);
  fmt::print("{}", arguments.json ? results_json(results) : summary(results));
  return selection.exit_code(all_good(results) ? exit_code::ok : exit_code::target_failed);
}

}  // namespace pkgkiln::cli
