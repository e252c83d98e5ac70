#include "core/run/run.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <set>
#include <utility>
#include <variant>

#include "core/base/file.hpp"
#include "core/base/threads.hpp"
#include "core/cache/caches.hpp"
#include "core/run/describe.hpp"
#include "core/run/plan_record.hpp"
#include "core/runtime/waiting_container.hpp"
#include "core/state/old_files.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kLongestListing = std::uint64_t{128} << 20U;

}  // namespace

Run::Run(const Parts& parts, RunObserver& observer)
    : parts_(parts), observer_(observer), publisher_(parts, observer_) {}

std::vector<TargetResult> Run::build(const std::vector<Target>& targets, const KnownTargets& known,
                                     bool refresh_image, const Cancellation& cancel) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(parts_.state.tmp(), ignored))
    fs::remove_all(entry.path(), ignored);
  publisher_.publish_pending(known, cancel);
  LogDelivery(parts_, observer_).deliver_waiting(targets, cancel);
  const auto plans =
      Planner(parts_.state, parts_.history, parts_.repositories, parts_.remotes, parts_.planning)
          .decide(targets, cancel);
  for (const auto& plan : plans) record_found(plan, parts_.history);
  publisher_.drop_needless(plans);
  observer_.planned(plans);
  const bool something = std::any_of(plans.begin(), plans.end(), [](const Plan& plan) {
    return std::holds_alternative<Build>(plan.decision);
  });
  auto prepared = prepare(something, refresh_image, known, cancel);
  if (!prepared) return build_nothing(plans);
  TargetBuilder builder(parts_, publisher_, observer_, prepared->image, known,
                        std::move(prepared->distribution));
  auto results = build_in_order(plans, builder, cancel);
  if (something) tidy();
  return results;
}

std::optional<Run::Prepared> Run::prepare(bool builds, bool refresh, const KnownTargets& known,
                                          const Cancellation& cancel) {
  const bool needed = builds || refresh;
  try {
    remove_leftovers();
    Prepared prepared;
    if (needed) prepared.image = prepare_image(refresh, cancel);
    if (builds) prepared.distribution = distribution_of(prepared.image, known, cancel);
    return prepared;
  } catch (RuntimeError& error) {
    if (!needed && error.out_of_reach()) return Prepared();  // it is not missed
    obstacle_ = error.advise("pkgkiln doctor");
  } catch (const Error& error) {
    obstacle_ = error;
  }
  if (needed) return std::nullopt;
  observer_.notice(fmt::format("what earlier runs left in the engine stays: {}",
                               std::exchange(obstacle_, {})->what()));
  return Prepared();
}

void Run::remove_leftovers() {
  const auto warn = [this](std::string_view text) { observer_.notice(std::string(text)); };
  const auto removed = pkgkiln::remove_leftovers(
      parts_.runtime, {{label::instance, parts_.identity.instance}}, warn);
  if (removed > 0)
    observer_.notice(
        fmt::format("removed {} leftovers of an earlier run from the engine", removed));
}

std::vector<TargetResult> Run::build_nothing(const std::vector<Plan>& plans) {
  std::vector<TargetResult> results;
  for (const auto& plan : plans) {
    auto result = settled(plan, std::nullopt);
    if (!result)
      describe(result.emplace(),
               Failed{"prepare", 0, obstacle_->what_failed(), {}, Fault::unreached});
    result->target = plan.target;
    observer_.finished(*result);
    results.push_back(std::move(*result));
  }
  return results;
}

void Run::tidy() {
  try {
    const Caches caches(parts_.runtime, parts_.history, parts_.identity.instance,
                        parts_.settings.caches);
    auto litter = caches.litter([](const std::string&) { return false; });
    if (parts_.keep_logs.count() > 0) {
      const auto before = std::chrono::system_clock::now() - parts_.keep_logs;
      for (auto& logs : old_logs(parts_.state, before)) litter.push_back(std::move(logs));
      parts_.history.forget_builds(before);
    }
    for (const auto& one : litter) one.remove();
    if (const auto limit = parts_.settings.host.logs; limit > 0)
      for (const auto& logs : logs_beyond(parts_.state, limit)) logs.remove();
  } catch (const Error& error) {
    observer_.notice(fmt::format("more is kept than is wanted: {}", error.what()));
  }
}

std::string Run::prepare_image(bool refresh, const Cancellation& cancel) {
  const auto path = parts_.state.image_log(parts_.identity.run);
  std::optional<BuildLog> log;  // an image that is reused prints nothing
  const auto write = [&](std::string_view output) {
    if (!log) {
      log.emplace(path, parts_.settings.host.log);
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

Distribution Run::distribution_of(const std::string& image, const KnownTargets& known,
                                  const Cancellation& cancel) {
  const auto kept = parts_.state.root() / "distribution";
  const auto head = image + "\n";
  std::string text;
  try {
    text = read_file(kept, kLongestListing);
  } catch (const Error&) {  // it was never made, or lost
  }
  if (!text.starts_with(head)) {
    text = head + parts_.image.listing(image, cancel);
    write_file_atomically(kept, text, 0600);
  }
  std::set<std::string> ours;
  for (const auto& target : known.targets) ours.insert(target.repository);
  return Distribution::parse(std::string_view(text).substr(head.size()), ours);
}

std::vector<TargetResult> Run::build_in_order(const std::vector<Plan>& plans,
                                              TargetBuilder& builder, const Cancellation& cancel) {
  auto survey = survey_targets(plans, builder, publisher_, parts_.history, cancel);
  const auto order = order_builds(survey.nodes);
  builder.know(survey.nodes);
  std::vector<Prospect> prospects;
  for (std::size_t i = 0; i < plans.size(); ++i)
    prospects.push_back(prospect(plans[i], survey.begun[i], builder));
  const auto on_end = [&](std::size_t i, TargetResult& result) {
    result.target = plans[i].target;
    const auto& begun = survey.begun[i];
    if (begun && result.record.build.empty()) TargetBuilder::drop(*begun);
    observer_.finished(result);
  };
  BuildQueue queue(order, survey.nodes, std::move(prospects), parts_.capacity, cancel, on_end);
  const auto work = [&] {
    while (const auto turn = queue.next()) {
      const auto i = turn->index;
      const BuildTurn place{turn->cores, [&] { return queue.enter(i); }, [&] { queue.leave(i); }};
      queue.ended(i, builder.build(plans[i], survey.begun[i], place, cancel));
    }
  };
  // One more than run at once is made ready meanwhile, or collected, published and removed.
  in_threads(std::min(parts_.capacity.jobs + 1, plans.size()), work, [&] { queue.stop(); });
  return queue.take_results();
}

Prospect Run::prospect(const Plan& plan, const std::optional<Begun>& begun,
                       const TargetBuilder& builder) const {
  Prospect result;
  result.settled = settled(plan, begun);
  if (result.settled) return result;
  result.held_back = builder.held_back(plan);
  if (const auto last = parts_.history.last_built(plan.target.name)) {
    result.duration = last->finished - last->started;
    result.peak_memory = last->peak_memory;
  }
  return result;
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
    describe(result, Failed{unplannable->step, 0, unplannable->why, unplannable->advice,
                            unplannable->fault()});
    return result;
  }
  if (auto waiting = publisher_.still_waiting(plan)) return waiting;
  if (begun && !begun->inspected) return begun->result;
  return std::nullopt;
}

}  // namespace pkgkiln
