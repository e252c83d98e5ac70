#include "cli/state_tables.hpp"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/tables.hpp"
#include "core/base/printable.hpp"
#include "core/base/quantity.hpp"

namespace pkgkiln::cli {

namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr std::size_t kShownInOverview = 10;

std::int64_t seconds_of(system_clock::time_point time) {
  return system_clock::to_time_t(time);
}

std::string ago(system_clock::time_point time, std::int64_t now) {
  return age_text(now - seconds_of(time)) + " ago";
}

/// Longer than any other text: where it fits.
std::string when(system_clock::time_point time, std::int64_t now) {
  return fmt::format("{:%F %R} UTC ({})", fmt::gmtime(seconds_of(time)), ago(time, now));
}

std::string took(const BuildRecord& build) {
  if (build.finished <= build.started) return "-";
  return duration_text(std::chrono::duration_cast<milliseconds>(build.finished - build.started));
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string counted(std::size_t number, const char* what) {
  return number == 0 ? std::string() : fmt::format(", {} {}", number, what);
}

std::string run_text(const RunRecord& run, std::int64_t now) {
  auto text = fmt::format("{}{}: {} of {} targets built{}{}", ago(run.started, now),
                          run.host.empty() ? "" : " on " + run.host, run.built, run.targets,
                          counted(run.failed, "failed"), counted(run.waiting, "waiting"));
  if (run.finished)
    text += fmt::format(
        ", in {} (exit code {})",
        duration_text(std::chrono::duration_cast<milliseconds>(*run.finished - run.started)),
        run.exit_code);
  if (!run.problem.empty()) text += "\n  problem: " + printable(run.problem);
  return text;
}

std::string runs_text(const Standing& standing, std::int64_t now) {
  std::string text;
  const bool is_unfinished = !standing.runs.empty() && !standing.runs.front().finished;
  if (is_unfinished && standing.is_running)
    text += fmt::format("a run has been going on for {}\n",
                        age_text(now - seconds_of(standing.runs.front().started)));
  if (is_unfinished && !standing.is_running)
    text += fmt::format("the newest run, {}, came to no end: it was killed\n",
                        ago(standing.runs.front().started, now));
  if (const auto* last = standing.last_run()) text += "last run " + run_text(*last, now) + "\n";
  return text;
}

bool is_failure(const TargetState& state) {
  return has_failed(state.status);
}

/// Those of that kind, one a line, not all where there are many.
template <typename Is>
std::string some(const std::vector<TargetState>& states, const char* heading, Is is) {
  std::string text;
  std::size_t count = 0;
  for (const auto& state : states) {
    if (!is(state)) continue;
    if (++count > kShownInOverview) continue;
    text +=
        printable(fmt::format(
            "  {}{}: {}", state.target,
            state.step.empty() ? std::string() : fmt::format(" (at {})", state.step), state.why)) +
        "\n";
  }
  if (count > kShownInOverview)
    text += fmt::format("  and {} more: pkgkiln status\n", count - kShownInOverview);
  return count == 0 ? text : fmt::format("\n{} {}:\n{}", count, heading, text);
}

/// Nothing where none has a schedule: each run is for all of them.
std::string next_text(const std::vector<TargetState>& states, std::int64_t now) {
  const auto at = system_clock::from_time_t(now);
  auto due = due_times(states, at);
  std::erase_if(due, [](const Due& one) { return one.schedule.empty(); });
  if (due.empty()) return {};
  const auto first = std::ranges::min(due, {}, &Due::next);
  if (first.next > at)
    return fmt::format("next due: {} at {}\n", first.target, local_time(first.next));
  return fmt::format("{} due now\n",
                     std::ranges::count_if(due, [&](const Due& one) { return one.next <= at; }));
}

std::string suggestions(const std::vector<std::pair<const char*, const char*>>& lines) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [command, what] : lines)
    rows.push_back({"  pkgkiln " + std::string(command), what});
  return "\n" + table(std::move(rows));
}

}  // namespace

const RunRecord* Standing::last_run() const {
  const auto found =
      std::ranges::find_if(runs, [](const RunRecord& run) { return !!run.finished; });
  return found == runs.end() ? nullptr : &*found;
}

std::string status_table(const Standing& standing, std::int64_t now) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& state : standing.states) {
    const auto& build = state.last_build;
    rows.push_back({state.target, word(state.status), or_dash(state.version),
                    build ? ago(build->finished, now) : "-", build ? took(*build) : "-",
                    build ? or_dash(build->host) : "-", age_text(now - seconds_of(state.since)),
                    is_good(state.status) ? "" : state.why});
  }
  if (!rows.empty())
    rows.insert(rows.begin(),
                {"NAME", "STATUS", "VERSION", "BUILT", "TOOK", "HOST", "SINCE", "WHY"});
  return table(std::move(rows)) + (standing.states.empty() ? "" : "\n") + runs_text(standing, now);
}

std::string history_table(const std::vector<BuildRecord>& builds, std::int64_t now) {
  if (builds.empty()) return {};
  std::vector<std::vector<std::string>> rows{
      {"WHEN", "NAME", "STATUS", "VERSION", "TOOK", "HOST", "BUILD", "WHY"}};
  for (const auto& build : builds)
    rows.push_back({ago(build.finished, now), build.target, word(build.status),
                    or_dash(build.version), took(build), or_dash(build.host), build.build,
                    is_good(build.status)
                        ? ""
                        : (build.step.empty() ? "" : "at step " + build.step + ": ") + build.why});
  return table(std::move(rows));
}

std::string overview(const Standing& standing, const std::vector<Held>& held,
                     const std::string& config, std::int64_t now) {
  auto text =
      fmt::format("pkgkiln {}, {}\n", PKGKILN_VERSION,
                  config.empty() ? "without a configuration file" : "as " + config + " says");
  if (standing.runs.empty() && standing.states.empty()) {
    text += "Nothing has been built yet.\n";
    return text + suggestions({{"init", "writes a first configuration"},
                               {"doctor", "checks what a build needs"},
                               {"add NAME", "adds a package of the AUR"},
                               {"build", "builds what is listed, and publishes it"},
                               {"--help", "lists all commands"}});
  }
  text += runs_text(standing, now);
  const auto good =
      std::ranges::count_if(standing.states, [](const auto& one) { return is_good(one.status); });
  text += fmt::format("{} of {} targets are good\n", good, standing.states.size());
  text += next_text(standing.states, now);
  text += some(standing.states, "failed", is_failure);
  if (!held.empty()) text += fmt::format("\n{} held for you:\n", held.size());
  for (std::size_t i = 0; i < std::min(held.size(), kShownInOverview); ++i)
    text +=
        printable(fmt::format("  {}: {}", held[i].target, fmt::join(held[i].rules, ", "))) + "\n";
  if (held.size() > kShownInOverview)
    text += fmt::format("  and {} more: pkgkiln held\n", held.size() - kShownInOverview);
  text += some(standing.states, "blocked by others",
               [](const TargetState& one) { return one.status == Status::blocked; });
  std::vector<std::pair<const char*, const char*>> lines{
      {"build", "builds what changed, and publishes it"},
      {"status", "says how each target stands"}};
  if (std::ranges::any_of(standing.states, is_failure)) {
    lines.emplace_back("logs NAME", "shows what a build printed");
    lines.emplace_back("retry", "builds again what failed");
  }
  if (!held.empty()) {
    lines.emplace_back("diff NAME", "shows what is held, and why");
    lines.emplace_back("approve NAME", "lets it be built");
  }
  lines.emplace_back("--help", "lists all commands");
  return text + suggestions(lines);
}

std::string target_details(const TargetFacts& facts, std::int64_t now) {
  const auto& state = facts.state;
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const char* what, const std::string& value) {
    if (!value.empty()) rows.push_back({what, value});
  };
  add("target", state.target);
  add("repository", state.repository);
  add("status", fmt::format("{}, since {}", word(state.status), when(state.since, now)));
  if (!is_good(state.status)) {
    add("why", (state.step.empty() ? "" : "at step " + state.step + ": ") + state.why);
    add("hint", state.hint);
  }
  if (state.attempted > system_clock::time_point()) add("last attempt", when(state.attempted, now));
  if (!state.schedule.empty()) {
    const auto due = due_times({state}, system_clock::from_time_t(now)).front();
    add("next due", fmt::format("{} ({})", local_time(due.next), state.schedule));
  }
  add("version", state.version);
  if (const auto& build = state.last_build) {
    add("url", build->url);
    add("branch", build->branch);
    add("path", build->path);
    add("last build",
        fmt::format("{}: {}, {}", build->build, word(build->status), when(build->finished, now)));
    add("took", took(*build));
    add("host", build->host);
    add("memory", build->peak_memory == 0 ? "" : size_text(build->peak_memory));
    add("log", build->log.string());
  }
  if (facts.good) {
    add("commit", facts.good->commit);
    for (const auto& source : facts.good->vcs_sources)
      add("source", source.source + (source.commit.empty() ? "" : " at " + source.commit));
    for (const auto& file : facts.good->files)
      add("package",
          file.file_name + (file.size == 0 ? "" : fmt::format(" ({})", size_text(file.size))));
  }
  for (const auto& need : facts.relatives.needs)
    add("needs", need.dependency + (need.target.empty() ? "" : " (target " + need.target + ")"));
  for (const auto& target : facts.relatives.needed_by) add("needed by", target);
  return table(std::move(rows));
}

std::string packages_in_table(const std::vector<PublishedPackage>& packages) {
  if (packages.empty()) return {};
  std::vector<std::vector<std::string>> rows{
      {"REPOSITORY", "PACKAGE", "VERSION", "SIZE", "TARGET"}};
  for (const auto& one : packages)
    rows.push_back({one.repository, one.entry.pkgname, one.entry.version, size_text(one.entry.size),
                    or_dash(one.target)});
  return table(std::move(rows));
}

std::string check_text(const std::vector<CheckedRepository>& repositories) {
  std::string text;
  for (const auto& repository : repositories) {
    for (const auto& problem : repository.problems)
      text += printable(problem.file + " " + problem.what) + "\n";
    text += fmt::format("{}: {} packages, {} problems\n", repository.name, repository.packages,
                        repository.problems.size());
  }
  return text;
}

}  // namespace pkgkiln::cli
