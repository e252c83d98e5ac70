#include "cli/health.hpp"

#include <fmt/chrono.h>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/setup.hpp"
#include "cli/tables.hpp"
#include "config/value.hpp"
#include "core/base/printable.hpp"

namespace pkgkiln::cli {

namespace {

using Time = std::chrono::system_clock::time_point;

std::string since(Time when, Time now) {
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - when);
  return fmt::format("{:%F %R} UTC ({} ago)",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(when)),
                     age_text(age.count()));
}

bool did_its_work(int code) {
  return code == exit_code::ok || code == exit_code::target_failed || code == exit_code::newly_held;
}

std::chrono::seconds duration_of(const std::string& text) {
  const auto duration = config::parse_duration(text);
  if (!duration)
    throw UsageError(fmt::format("--within {}: expected a duration such as 90min or 1d", text));
  return *duration;
}

}  // namespace

Health health_of(const std::vector<RunRecord>& runs, bool goes_on, std::chrono::seconds within,
                 Time now) {
  if (runs.empty()) return {goes_on, goes_on ? "the first run goes on" : "there was no run yet"};
  const auto& last = runs.front();
  if (!last.finished && goes_on) return {true, "a run goes on since " + since(last.started, now)};
  if (!last.finished)
    return {false, fmt::format("the last run, begun {}, was killed", since(last.started, now))};
  const auto ended = since(*last.finished, now);
  if (!did_its_work(last.exit_code))
    return {false, fmt::format("the last run, of {}, ended with {}{}", ended, last.exit_code,
                               last.problem.empty() ? "" : ": " + escaped(last.problem))};
  if (now - *last.finished > within)
    return {false, fmt::format("no run since {}: expected one within {}", ended,
                               config::format_duration(within))};
  return {true, fmt::format("the last run, of {}, went well: {} targets, {} built, {} failed",
                            ended, last.targets, last.built, last.failed)};
}

int health_command(const Arguments& arguments) {
  const auto within = duration_of(arguments.within);
  const StateDir state(load_config(arguments).settings.build.state_dir);
  const auto health = health_of(History(state).runs(1), is_run_going_on(state), within,
                                std::chrono::system_clock::now());
  if (!health.good || !arguments.quiet) print(health.reason + "\n");
  return health.good ? exit_code::ok : exit_code::target_failed;
}

}  // namespace pkgkiln::cli
