#include "core/run/run.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <set>
#include <utility>
#include <variant>

#include "core/base/file.hpp"
#include "core/base/threads.hpp"
#include "core/builder/caches.hpp"
#include "core/journal/old_files.hpp"
#include "core/run/recorder.hpp"
#include "core/runtime/waiting_container.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kLongestListing = std::uint64_t{128} << 20U;

/// The record of a target that no build is begun of.
BuildRecord unbuilt(const Plan& plan) {
  auto record = record_for(plan);
  record.build.clear();
  return record;
}

/// What the queue says of a target, with what the plan knows of it. One that was blocked has an id,
/// so that it is recorded.
BuildRecord not_tried(const Plan& plan, const BuildRecord& verdict) {
  auto record = verdict.status == Status::blocked ? record_for(plan) : unbuilt(plan);
  record.finished = record.started;
  record.status = verdict.status;
  record.step = verdict.step;
  record.why = verdict.why;
  record.hint = verdict.hint;
  record.fault = verdict.fault;
  return record;
}

}  // namespace

Run::Run(const Parts& parts, Listener& listener)
    : parts_(parts),
      events_(parts.logs == nullptr
                  ? std::vector<Listener*>{&listener}
                  : std::vector<Listener*>{&listener,
                                           &logs_.emplace(*parts.logs, parts.state, parts.keep_logs,
                                                          [this](const std::string& text) {
                                                            events_.notice(text);
                                                          })}),
      recorder_(parts.history, events_),
      publisher_(parts, events_) {}

Run::~Run() {
  finish_telling();
}

void Run::finish_telling() {
  events_.flush();
  if (!logs_) return;
  logs_->flush();
  events_.flush();
}

std::vector<BuildRecord> Run::build(const std::vector<Target>& targets, const KnownTargets& known,
                                    bool refresh_image, const Cancellation& cancel) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(parts_.state.tmp(), ignored))
    fs::remove_all(entry.path(), ignored);
  publisher_.publish_pending(known, cancel);
  if (logs_) logs_->deliver_waiting(targets, cancel);
  const auto plans =
      Planner(parts_.state, parts_.history, parts_.repositories, parts_.remotes, parts_.planning)
          .decide(targets, cancel);
  const auto builds = std::count_if(plans.begin(), plans.end(), [](const Plan& plan) {
    return std::holds_alternative<Build>(plan.decision);
  });
  const bool something = builds > 0;
  events_.tell(Planned{static_cast<std::size_t>(builds), plans.size()});
  std::vector<std::optional<BuildRecord>> results;
  for (const auto& plan : plans) {
    results.push_back(settled(plan));
    if (results.back()) recorder_.ended(plan.target, *results.back());
  }
  publisher_.drop_needless(plans);
  auto prepared = prepare(something, refresh_image, known, cancel);
  if (!prepared) return build_nothing(plans, std::move(results));
  TargetBuilder builder(parts_, publisher_, events_, prepared->image, known,
                        std::move(prepared->distribution));
  auto all = build_in_order(plans, std::move(results), builder, cancel);
  finish_telling();
  if (something) tidy();
  return all;
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
  events_.notice(fmt::format("what earlier runs left in the engine stays: {}",
                             std::exchange(obstacle_, {})->what()));
  return Prepared();
}

void Run::remove_leftovers() {
  const auto warn = [this](std::string_view text) { events_.notice(std::string(text)); };
  const auto removed = pkgkiln::remove_leftovers(
      parts_.runtime, {{label::instance, parts_.identity.instance}}, warn);
  if (removed > 0)
    events_.notice(fmt::format("removed {} leftovers of an earlier run from the engine", removed));
}

std::vector<BuildRecord> Run::build_nothing(const std::vector<Plan>& plans, Results settled) {
  std::vector<BuildRecord> results;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (!settled[i]) {
      auto& record = settled[i].emplace(unbuilt(plans[i]));
      note_outcome(record, Failed{"prepare", Error(obstacle_->what_failed()), Fault::unreached});
      recorder_.ended(plans[i].target, record);
    }
    results.push_back(std::move(*settled[i]));
  }
  finish_telling();
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
    events_.notice(fmt::format("more is kept than is wanted: {}", error.what()));
  }
}

std::string Run::prepare_image(bool refresh, const Cancellation& cancel) {
  const auto path = parts_.state.image_log(parts_.identity.run);
  std::optional<BuildLog> log;  // an image that is reused prints nothing
  const auto write = [&](std::string_view output) {
    if (!log) {
      log.emplace(path, parts_.settings.host.log);
      events_.tell(ImageBegun{path});
    }
    log->write(output);
  };
  try {
    return parts_.image.ensure(
        refresh, write, [&](std::string_view text) { events_.notice(std::string(text)); }, cancel);
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

std::vector<BuildRecord> Run::build_in_order(const std::vector<Plan>& plans, Results settled,
                                             TargetBuilder& builder, const Cancellation& cancel) {
  auto survey = survey_targets(plans, builder, publisher_, parts_.history, cancel);
  const auto order = order_builds(survey.nodes);
  builder.know(survey.nodes);
  std::vector<Prospect> prospects;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const auto& begun = survey.begun[i];
    if (begun && !begun->inspected) settled[i] = begun->record;
    prospects.push_back(settled[i] ? Prospect{std::move(settled[i])} : prospect(plans[i], builder));
  }
  const auto on_end = [&](std::size_t i, BuildRecord& result) {
    // Where it names its target, it is the record of an earlier run, which holds it back.
    if (result.target.empty()) result = not_tried(plans[i], result);
    if (survey.begun[i]) TargetBuilder::drop(*survey.begun[i]);
    recorder_.ended(plans[i].target, result);
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

Prospect Run::prospect(const Plan& plan, const TargetBuilder& builder) const {
  Prospect result;
  result.held_back = builder.held_back(plan);
  if (const auto last = parts_.history.last_built(plan.target.name)) {
    result.duration = last->finished - last->started;
    result.peak_memory = last->peak_memory;
  }
  return result;
}

std::optional<BuildRecord> Run::settled(const Plan& plan) const {
  if (const auto* skip = std::get_if<Skip>(&plan.decision)) return record_of(plan, *skip);
  if (const auto* unplannable = std::get_if<Unplannable>(&plan.decision)) {
    auto record = unbuilt(plan);
    note_outcome(record, Failed{unplannable->step, unplannable->error, unplannable->fault()});
    return record;
  }
  return publisher_.still_waiting(plan);
}

}  // namespace pkgkiln
