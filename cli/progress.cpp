#include "cli/progress.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>
#include <variant>

#include "core/base/printable.hpp"

namespace pkgkiln::cli {

namespace {

std::size_t count_builds(const std::vector<Plan>& plans) {
  std::size_t count = 0;
  for (const auto& plan : plans)
    if (std::holds_alternative<Build>(plan.decision)) ++count;
  return count;
}

}  // namespace

Progress::Progress(Detail detail) : detail_(detail), terminal_(::isatty(STDERR_FILENO) == 1) {}

void Progress::notice(const std::string& text) {
  print(fmt::format("note: {}", text));
}

void Progress::planned(const std::vector<Plan>& plans) {
  say(fmt::format("{} of {} targets to build", count_builds(plans), plans.size()));
}

void Progress::preparing_image(const std::filesystem::path& log) {
  say(fmt::format("making the builder image (log: {})", log.string()));
}

void Progress::build_started(const Plan& plan, const std::filesystem::path& log) {
  const auto* build = std::get_if<Build>(&plan.decision);
  steps_.started(plan.target.name);
  say(fmt::format("{}: building, since {} (log: {})", plan.target.name,
                  build == nullptr ? "asked to" : build->why, log.string()));
}

void Progress::step_started(const Target& target, const std::string& step) {
  steps_.step(target.name, step);
  if (detail_ == Detail::verbose) return say(fmt::format("{}: {}", target.name, step));
  clear_steps();
  show_steps();
}

void Progress::finished(const TargetResult& result) {
  const auto& record = result.record;
  steps_.ended(result.target.name);
  if (result.status == TargetResult::Status::built)
    return say(fmt::format("{}: built and published in {}", record.target, record.repository));
  if (result.status == TargetResult::Status::up_to_date)
    return say(fmt::format("{}: up to date", result.target.name));
  const auto where = record.step.empty() ? std::string() : " at step " + record.step;
  say(fmt::format("{}: {}{}: {}", result.target.name, word(result.status), where, record.why));
}

void Progress::say(const std::string& line) {
  if (detail_ != Detail::quiet) print(line);
}

void Progress::print(const std::string& line) {
  clear_steps();
  fmt::print(stderr, "{}\n", printable(line));
  show_steps();
}

void Progress::show_steps() {
  if (!terminal_ || detail_ != Detail::normal) return;
  const auto line = printable(steps_.text());
  fmt::print(stderr, "{}", line);
  std::fflush(stderr);
  shown_ = !line.empty();
}

void Progress::clear_steps() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
  shown_ = false;
}

}  // namespace pkgkiln::cli
