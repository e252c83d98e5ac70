#include "core/run/run.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <variant>

#include "core/run/blocking.hpp"
#include "core/run/describe.hpp"
#include "core/run/plan_record.hpp"
#include "core/run/schedule.hpp"
#include "core/runtime/waiting_container.hpp"

namespace pkgkiln {

namespace {

namespace fs = std::filesystem;

}  // namespace

Run::Run(Parts parts, RunObserver& observer)
    : parts_(parts), observer_(observer), publisher_(parts, observer) {}

std::vector<TargetResult> Run::build(const std::vector<Target>& targets,
                                     const std::vector<std::string>& known, bool refresh_image,
                                     const Cancellation& cancel) {
  clean_up();
  publisher_.publish_pending();
  const auto plans =
      Planner(parts_.state, parts_.history, parts_.repositories, parts_.remotes, parts_.planning)
          .decide(targets, cancel);
  for (const auto& plan : plans) record_found(plan, parts_.history);
  observer_.planned(plans);
  const bool something = std::any_of(plans.begin(), plans.end(), [](const Plan& plan) {
    return std::holds_alternative<Build>(plan.decision);
  });
  std::string image;
  if (something || refresh_image) image = prepare_image(refresh_image, cancel);
  TargetBuilder builder(parts_, publisher_, observer_, image, known);
  return build_in_order(plans, builder, cancel);
}

void Run::clean_up() {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(parts_.state.tmp(), ignored))
    fs::remove_all(entry.path(), ignored);
  const auto warn = [this](std::string_view text) { observer_.notice(std::string(text)); };
  const auto removed =
      remove_leftovers(parts_.runtime, {{label::instance, parts_.identity.instance}}, warn);
  if (removed > 0)
    observer_.notice(
        fmt::format("removed {} leftovers of an earlier run from the engine", removed));
}

std::string Run::prepare_image(bool refresh, const Cancellation& cancel) {
  const auto path = parts_.state.image_log(parts_.identity.run);
  std::optional<BuildLog> log;  // an image that is reused prints nothing
  const auto write = [&](std::string_view output) {
    if (!log) {
      log.emplace(path, kLogLimit);
      observer_.preparing_image(path);
    }
    log->write(output);
  };
  try {
    return parts_.image.ensure(
        refresh, write, [&](std::string_view text) { observer_.notice(std::string(text)); },
        cancel);
  } catch (Error& error) {
    if (log) {
      for (const auto& line : last_output_lines(path, 10)) error.because("| " + line);
      error.because("log: " + path.string());
    }
    throw;
  }
}

std::vector<TargetResult> Run::build_in_order(const std::vector<Plan>& plans,
                                              TargetBuilder& builder, const Cancellation& cancel) {
  auto survey = survey_targets(plans, builder, publisher_, parts_.history, cancel);
  const auto order = order_builds(survey.nodes);
  Blocking blocking(order, survey.nodes);
  Schedule schedule(order);
  std::vector<TargetResult> results(plans.size());
  while (const auto next = schedule.next()) {
    auto& result = results[*next];
    const auto& plan = plans[*next];
    const auto& begun = survey.begun[*next];
    if (auto known = settled(plan, begun)) {
      result = std::move(*known);
    } else if (cancel.requested()) {
      describe(result, Interrupted{});
      if (begun) TargetBuilder::drop(*begun);
    } else if (auto verdict = blocking.verdict(*next)) {
      result = std::move(*verdict);
      if (begun) TargetBuilder::drop(*begun);
    } else if (auto held = blocking.has_news(*next) ? std::nullopt : builder.held_back(plan)) {
      result = std::move(*held);
      if (begun) TargetBuilder::drop(*begun);
    } else {
      result = builder.build(plan, begun, cancel);
    }
    result.target = plan.target;
    blocking.ended(*next, result.status);
    observer_.finished(result);
    schedule.done(*next);
  }
  return results;
}

std::optional<TargetResult> Run::settled(const Plan& plan,
                                         const std::optional<Begun>& begun) const {
  TargetResult result;
  if (const auto* skip = std::get_if<Skip>(&plan.decision)) {
    set_status(result, TargetResult::Status::up_to_date);
    result.record.why = skip->why;
    result.record.commit = plan.commit;
    return result;
  }
  if (const auto* unplannable = std::get_if<Unplannable>(&plan.decision)) {
    describe(result, Failed{unplannable->step, 0, unplannable->why, unplannable->advice});
    return result;
  }
  if (auto waiting = publisher_.still_waiting(plan)) return waiting;
  if (begun && !begun->inspected) return begun->result;
  return std::nullopt;
}

}  // namespace pkgkiln
