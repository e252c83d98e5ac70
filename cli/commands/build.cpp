#include <algorithm>
#include <chrono>
#include <exception>
#include <fmt/format.h>
#include <future>
#include <optional>
#include <set>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/first_look.hpp"
#include "cli/json.hpp"
#include "cli/progress.hpp"
#include "cli/selection.hpp"
#include "cli/setup.hpp"
#include "cli/summary.hpp"
#include "cli/terminal/terminal.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/notify/channels.hpp"
#include "core/run/run.hpp"

namespace pkgkiln::cli {

namespace {

constexpr std::chrono::seconds kTellingWhenInterrupted{10};

Progress::Detail detail_of(const Arguments& arguments) {
  if (arguments.quiet) return Progress::Detail::quiet;
  return arguments.verbose ? Progress::Detail::verbose : Progress::Detail::normal;
}

struct Ended {
  Selection selection;
  std::vector<BuildRecord> results;
  std::optional<Error> obstacle;
  std::string run;  // id
  std::vector<Change> changes;
  std::exception_ptr failure = nullptr;  // of the run itself, after these results
};

/// Nothing where nobody is told.
std::set<ChangeKind> told_kinds(const NotifySettings& settings) {
  std::set<ChangeKind> kinds;
  if (make_channels(settings).empty()) return kinds;
  for (const auto& one : settings.on)
    if (const auto kind = change_kind_of(one)) kinds.insert(*kind);
  return kinds;
}

/// Beside the results, whose reader may be slow. Whoever interrupts a run waits for this a little.
std::future<std::vector<Told>> tell(const NotifySettings& settings, const Ended& ended,
                                    const Cancellation& cancel) {
  if (ended.changes.empty()) return {};
  const auto work =
      [channels = make_channels(settings),
       message = message_of(ended.changes, ended.run, host_name()),
       limit = cancel.requested()
                   ? Cancellation::never().with_deadline(Cancellation::Clock::now() +
                                                         kTellingWhenInterrupted)
                   : cancel.with_deadline(Cancellation::Clock::now() + settings.timeout)] {
        return tell_all(channels, message, limit);
      };
  try {
    return std::async(std::launch::async, work);
  } catch (const std::system_error&) {  // no thread is left
    return std::async(std::launch::deferred, work);
  }
}

int code_of(const Ended& ended) {
  if (ended.obstacle || out_of_reach(ended.results)) return exit_code::nothing_done;
  if (!all_good(ended.results)) return exit_code::target_failed;
  const bool has_news =
      std::ranges::any_of(ended.results, [](const BuildRecord& one) { return one.is_newly_held; });
  return has_news ? exit_code::newly_held : exit_code::ok;
}

RunRecord record_of(const RunIdentity& identity) {
  RunRecord record;
  record.run = identity.run;
  record.host = host_name();
  record.started = std::chrono::system_clock::now();
  return record;
}

void count(const std::vector<BuildRecord>& results, RunRecord& record) {
  record.targets = results.size();
  for (const auto& one : results) {
    if (one.status == Status::built) ++record.built;
    if (has_failed(one.status))
      ++record.failed;
    else if (!is_good(one.status))
      ++record.waiting;
  }
}

std::string text_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  }
}

/// Records a run from its begin to its end, however it ends; then reports, unless it was
/// interrupted.
template <typename Report, typename Work>
Ended recorded(History& history, const RunIdentity& identity, Progress& progress,
               const Cancellation& cancel, Report report, Work work) {
  auto record = record_of(identity);
  history.record_run(record);
  const auto end = [&](int code, const std::string& problem) {
    record.exit_code = cancel.signal() > 0 ? exit_code::signal_base + cancel.signal() : code;
    record.problem = problem;
    record.finished = std::chrono::system_clock::now();
    try {
      history.record_run(record);
    } catch (const Error& error) {  // what came of the run is worth more
      progress.show_notice(fmt::format("the end of this run is not recorded: {}", error.report()));
    }
    if (cancel.signal() <= 0) report();
  };
  try {
    auto ended = work();
    count(ended.results, record);
    if (ended.failure)
      end(exit_code::nothing_done, text_of(ended.failure));
    else
      end(ended.selection.exit_code(code_of(ended)), ended.obstacle ? ended.obstacle->what() : "");
    return ended;
  } catch (const std::exception& error) {
    end(exit_code::nothing_done, error.what());
    throw;
  }
}

/// Nothing that goes wrong with it makes the run a worse one.
void report_after_run(Setup& setup, const StateDir& state, const History& history,
                      const Ledger& ledger, Console& words) {
  if (setup.settings().report.path.empty()) return;
  try {
    write_report(setup, {}, state, history, ledger);
  } catch (const Error& error) {
    words.write(fmt::format("note: {}\n", error.report()));
  } catch (const std::exception& error) {
    words.write(fmt::format("note: cannot write the report: {}\n", error.what()));
  }
}

/// What came of the run, and what that changes of how targets stood before; also of one that broke
/// off.
Ended built(Run& run, Selection selection, const Arguments& arguments, const std::string& id,
            const std::vector<TargetState>& before, const std::set<ChangeKind>& told,
            const Cancellation& cancel) {
  const bool is_complete = selection.is_complete();
  std::vector<BuildRecord> results;
  std::exception_ptr failure;
  try {
    results = run.build(std::move(selection.targets), {std::move(selection.listed), is_complete},
                        arguments.refresh_image, cancel);
  } catch (const std::exception&) {
    failure = std::current_exception();
    results = run.take_results();
  }
  auto changes = changes_of(before, results, told);
  return {
      std::move(selection), std::move(results), run.obstacle(), id, std::move(changes), failure};
}

/// Holds the lock and the engine, both of which are let go before anything waits for whoever reads
/// the results.
Ended run_builds(Setup& setup, const Arguments& arguments, Progress& progress,
                 const Cancellation& cancel) {
  const auto& settings = setup.settings();
  const StateDir state(settings.build.state_dir);
  const RunLock lock(state, RunLock::For::run, cancel);
  History history(state, History::IfDamaged::put_aside);
  if (!history.notice().empty()) progress.show_notice(history.notice());
  Ledger ledger(state, Ledger::Access::write);
  git::Remotes remotes(politeness(setup.settings()));
  PackagingSources sources(state.mirrors(), remotes);
  const auto engine = engine_when_needed(settings);
  const RunIdentity identity{state.instance(), time_and_random()};
  const auto how = build_settings(settings);
  const trust::Gate gate(
      gate_settings(settings), ledger, remotes, [&] { return known_distribution(setup); },
      setup.arch);
  BuilderImage image(engine->runtime(), engine->images(), identity, image_settings(settings));
  const Host host{engine->runtime(),     image, identity, setup.arch, capacity(settings),
                  cache_limits(settings)};
  const FirstLook look{gate,
                       sources,
                       ledger,
                       setup.arch,
                       [&] { return known_distribution(setup); },
                       [&](const std::string& question) { return answer_to(question, cancel); },
                       print};
  const bool asks = is_attended() && !arguments.quiet && !arguments.json;
  Run run({host,
           state,
           history,
           ledger,
           *setup.repositories,
           remotes,
           sources,
           how,
           {true, retry_policy(settings, arguments), build_conditions(settings),
            settings.build.bump_pkgrel, false, &gate},
           setup.logs.get(),
           settings.build.keep_logs,
           static_cast<std::size_t>(settings.build.keep_failed),
           asks ? [&](std::vector<Job>& jobs) {
             progress.pause(true);
             look(jobs, cancel);
             progress.pause(false);
           }
                : std::function<void(std::vector<Job>&)>()},
          progress);
  const auto report = [&] { report_after_run(setup, state, history, ledger, progress.console()); };
  const auto told = told_kinds(settings.notify);
  return recorded(history, identity, progress, cancel, report, [&]() -> Ended {
    const auto before = told.empty() ? std::vector<TargetState>() : history.states();
    auto selection = select(setup, arguments, sources, true, progress.console(), cancel, &history,
                            [&] { return run.distribution(cancel); });
    // What waits for a repository is not to wait for a target that is due.
    if (arguments.due && selection.targets.empty() && entries_of(state.spool()).empty())
      return {std::move(selection), {}, std::nullopt, identity.run, {}};
    return built(run, std::move(selection), arguments, identity.run, before, told, cancel);
  });
}

void show(const Ended& ended, int code, const Arguments& arguments) {
  if (arguments.json)
    print(results_json(ended.results));
  else if (arguments.due && ended.results.empty() && code == exit_code::ok)
    print(arguments.quiet ? "" : "nothing is due: see pkgkiln schedule\n");
  else if (!arguments.quiet || code != exit_code::ok)
    print(summary(ended.results, arguments.quiet ? Rows::not_good : Rows::all, is_coloured()));
  if (ended.obstacle) say(error_text(ended.obstacle->report()));
}

}  // namespace

int build_command(const Arguments& arguments, const Cancellation& cancel) {
  auto setup = set_up(arguments, cancel);
  Progress progress(detail_of(arguments));
  const auto ended = run_builds(setup, arguments, progress, cancel);
  progress.finish();
  auto telling = tell(setup.settings().notify, ended, cancel);
  const int code = ended.selection.exit_code(code_of(ended));
  if (!ended.failure) show(ended, code, arguments);
  if (telling.valid())
    for (const auto& one : telling.get())
      if (one.failure)
        say(fmt::format("note: cannot notify by {}: {}\n", one.channel, one.failure->report()));
  if (ended.failure) std::rethrow_exception(ended.failure);
  return code;
}

}  // namespace pkgkiln::cli
