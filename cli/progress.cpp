#include "cli/progress.hpp"

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

Progress::Progress(Detail detail)
    : detail_(detail),
      has_steps_(detail == Detail::normal && ::isatty(STDERR_FILENO) == 1),
      console_(STDERR_FILENO, Console::Patience::bounded) {}

void Progress::notice(const std::string& text) {
  show(fmt::format("note: {}", text));
}

void Progress::planned(const std::vector<Plan>& plans) {
  tell(fmt::format("{} of {} targets to build", count_builds(plans), plans.size()));
}

void Progress::preparing_image(const std::filesystem::path& log) {
  tell(fmt::format("making the builder image (log: {})", log.string()));
}

void Progress::build_started(const Plan& plan, const std::filesystem::path& log) {
  const auto* build = std::get_if<Build>(&plan.decision);
  steps_.started(plan.target.name);
  tell(fmt::format("{}: building, since {} (log: {})", plan.target.name,
                   build == nullptr ? "asked to" : build->why, log.string()));
}

void Progress::step_started(const Target& target, const std::string& step) {
  steps_.step(target.name, step);
  if (detail_ == Detail::verbose) return tell(fmt::format("{}: {}", target.name, step));
  show_steps();
}

void Progress::finished(const TargetResult& result) {
  const auto& record = result.record;
  steps_.ended(result.target.name);
  if (result.status == TargetResult::Status::built)
    return tell(fmt::format("{}: built and published in {}", record.target, record.repository));
  if (result.status == TargetResult::Status::up_to_date)
    return tell(fmt::format("{}: up to date", result.target.name));
  const auto where = record.step.empty() ? std::string() : " at step " + record.step;
  tell(fmt::format("{}: {}{}: {}", result.target.name, word(result.status), where, record.why));
}

void Progress::tell(const std::string& line) {
  if (detail_ != Detail::quiet) show(line);
}

void Progress::show(const std::string& line) {
  console_.write(printable(line) + "\n");
  show_steps();
}

void Progress::show_steps() {
  if (has_steps_) console_.status(printable(steps_.text()));
}

}  // namespace pkgkiln::cli
