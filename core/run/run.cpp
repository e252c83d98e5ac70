#include "core/run/run.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <utility>
#include <variant>

#include "core/base/process.hpp"
#include "core/base/threads.hpp"
#include "core/builder/caches.hpp"
#include "core/builder/kept_containers.hpp"
#include "core/journal/old_files.hpp"
#include "core/plan/planner.hpp"
#include "core/run/build_queue.hpp"
#include "core/run/relations.hpp"
#include "core/runtime/waiting_container.hpp"

namespace pkgkiln {

namespace {

BuildRecord held(const Job& job, const Hold& hold) {
  auto record = unbuilt(job);
  record.status = hold.is_deferred ? Status::deferred : Status::held;
  record.why = hold.why;
  record.rules = hold.rules;
  record.is_newly_held = hold.is_new;
  if (hold.is_new) record.hint = fmt::format("pkgkiln diff {}", job.target.name);
  return record;
}

}  // namespace

Run::Run(const RunParts& parts, Listener& listener)
    : parts_(parts),
      events_(parts.logs == nullptr
                  ? std::vector<Listener*>{&listener}
                  : std::vector<Listener*>{&listener,
                                           &logs_.emplace(*parts.logs, parts.state, parts.keep_logs,
                                                          [this](const std::string& text) {
                                                            events_.notice(text);
                                                          })}),
      recorder_(parts.history, events_),
      publisher_(parts_, events_) {}

Run::~Run() {
  finish_telling();
}

void Run::finish_telling() {
  events_.flush();
  if (!logs_) return;
  logs_->flush();
  events_.flush();
}

std::optional<pacman::Distribution> Run::distribution(const Cancellation& cancel) {
  if (auto known = pacman::Distribution::load(parts_.state.distribution())) return known;
  auto prepared = prepare(true, false, cancel);
  if (const auto obstacle = std::exchange(obstacle_, {}))
    events_.notice(fmt::format("what the distribution has is not known: {}", obstacle->what()));
  if (!prepared) return std::nullopt;
  return std::move(prepared->distribution);
}

std::vector<BuildRecord> Run::build(std::vector<Target> targets, KnownTargets known,
                                    bool refresh_image, const Cancellation& cancel) {
  try {
    for (const auto& one : useless_files(parts_.state)) one.remove();
  } catch (const Error& error) {
    events_.notice(fmt::format("a mirror of an earlier version stays: {}", error.what()));
  }
  mend_repositories();
  pin_names(parts_.ledger, parts_.history, parts_.repositories);
  publisher_.publish_pending(known, cancel);
  if (logs_) logs_->deliver_waiting(targets, cancel);
  jobs_ = Planner(parts_.sources, parts_.history, parts_.repositories, parts_.remotes,
                  parts_.host.arch, parts_.planning)
              .decide(std::move(targets), cancel);
  auto& jobs = jobs_;
  if (parts_.review) parts_.review(jobs);
  if (const auto* gate = parts_.planning.gate)
    gate->record(jobs, parts_.ledger, [&](const std::string& target) {
      return known.is_complete && std::ranges::none_of(known.targets, [&](const Target& one) {
               return one.name == target;
             });
    });
  const auto count_builds = [&jobs] {
    return std::count_if(jobs.begin(), jobs.end(), [](const Job& job) {
      return job.stage != Job::Stage::ended && std::holds_alternative<Build>(job.plan.decision);
    });
  };
  events_.tell(
      Planned{static_cast<std::size_t>(count_builds()), jobs.size(), parts_.host.capacity.jobs});
  if (known.is_complete) forget_gone(known.targets);
  settle(jobs);
  publisher_.drop_needless(jobs);
  hold_unpublishable(jobs);
  const auto builds = count_builds();
  if (builds == 0) {
    known = {};  // thousands of them take megabytes
    return_free_memory();
  }
  auto prepared = prepare(builds > 0, refresh_image, cancel);
  if (!prepared) {
    build_nothing(jobs);
  } else if (builds > 0) {
    TargetBuilder builder(parts_, publisher_, events_, prepared->image, std::move(known),
                          prepared->distribution);
    build_in_order(jobs, builder, cancel);
  }
  finish_telling();
  if (prepared && builds > 0) tidy();
  return take_results();
}

std::vector<BuildRecord> Run::take_results() {
  std::vector<BuildRecord> results;
  results.reserve(jobs_.size());
  for (auto& job : std::exchange(jobs_, {}))
    if (job.stage == Job::Stage::ended) results.push_back(std::move(job.record));
  return results;
}

void Run::settle(std::vector<Job>& jobs) {
  std::vector<Job*> settled;
  for (auto& job : jobs) {
    if (auto* skip = std::get_if<Skip>(&job.plan.decision)) {
      job.record = record_of(job, std::exchange(*skip, {}));
    } else if (const auto* unplannable = std::get_if<Unplannable>(&job.plan.decision)) {
      job.record = unbuilt(job);
      note_outcome(job.record,
                   Failed{unplannable->step, *unplannable->error, unplannable->fault()});
    } else if (const auto* hold = std::get_if<Hold>(&job.plan.decision)) {
      job.record = held(job, *hold);
    } else if (auto waiting = publisher_.still_waiting(job)) {
      job.record = std::move(*waiting);
    } else {
      continue;
    }
    settled.push_back(&job);
  }
  recorder_.ended(settled);
}

void Run::forget_gone(const std::vector<Target>& known) {
  std::set<std::string, std::less<>> names;
  for (const auto& target : known) names.insert(target.name);
  parts_.history.forget_states([&](const std::string& name) { return names.contains(name); });
}

void Run::mend_repositories() {
  for (auto* repository : parts_.repositories.all()) {
    try {
      for (const auto& notice : repository->mend()) events_.notice(notice);
    } catch (const Error& error) {
      obstacle_ = error;
    }
  }
}

void Run::hold_unpublishable(std::vector<Job>& jobs) {
  std::map<std::string, std::optional<Error>> asked;
  const auto problem_of = [&](const std::string& name) -> const std::optional<Error>& {
    const auto [found, is_new] = asked.try_emplace(name);
    if (!is_new) return found->second;
    try {
      parts_.repositories.at(name).expect_publication();
    } catch (const Error& error) {
      obstacle_ = found->second = error;
    }
    return found->second;
  };
  for (auto& job : jobs)
    if (job.stage != Job::Stage::ended)
      if (const auto& problem = problem_of(job.target.repository)) {
        job.record = unbuilt(job);
        note_outcome(job.record, Failed{"sign", Error(problem->what_failed()), Fault::unreached});
        recorder_.ended(job);
      }
}

std::optional<Run::Prepared> Run::prepare(bool builds, bool refresh, const Cancellation& cancel) {
  const bool needed = builds || refresh;
  std::optional<Error> obstacle;
  try {
    remove_leftovers();
    Prepared prepared;
    if (needed) {
      prepared.image = prepare_image(refresh, cancel);
      prepared.distribution =
          parts_.host.image.distribution(prepared.image, parts_.state.distribution(), cancel);
    }
    return prepared;
  } catch (RuntimeError& error) {
    if (!needed && error.out_of_reach()) return Prepared();  // it is not missed
    obstacle = error.advise("pkgkiln doctor");
  } catch (const Error& error) {
    obstacle = error;
  }
  if (needed) {
    obstacle_ = obstacle;
    return std::nullopt;
  }
  events_.notice(fmt::format("what earlier runs left in the engine stays: {}", obstacle->what()));
  return Prepared();
}

void Run::remove_leftovers() {
  const auto warn = [this](std::string_view text) { events_.notice(std::string(text)); };
  const auto& instance = parts_.host.identity.instance;
  const KeptContainers kept(parts_.host.runtime, parts_.history, instance, parts_.keep_failed);
  for (const auto& one : kept.removable([](const KeptContainer&) { return false; })) {
    try {
      one.remove();
    } catch (const RuntimeError& error) {
      if (error.out_of_reach()) throw;
      events_.notice(fmt::format("{} stays: {}", one.what, error.what()));
    }
  }
  const auto removed = pkgkiln::remove_leftovers(parts_.host.runtime, {{label::instance, instance}},
                                                 warn, kept.names());
  if (removed > 0)
    events_.notice(fmt::format("removed {} leftovers of an earlier run from the engine", removed));
}

void Run::build_nothing(std::vector<Job>& jobs) {
  for (auto& job : jobs) {
    if (job.stage == Job::Stage::ended) continue;
    job.record = unbuilt(job);
    note_outcome(job.record, Failed{"prepare", Error(obstacle_->what_failed()), Fault::unreached});
    recorder_.ended(job);
  }
}

void Run::tidy() {
  try {
    const Caches caches(parts_.host.runtime, parts_.history, parts_.host.identity.instance,
                        parts_.host.caches);
    auto removable = caches.removable([](const std::string&) { return false; });
    if (parts_.keep_logs.count() > 0) {
      const auto before = std::chrono::system_clock::now() - parts_.keep_logs;
      for (auto& logs : old_logs(parts_.state, before)) removable.push_back(std::move(logs));
      parts_.history.forget_builds(before);
    }
    for (const auto& one : removable) {
      try {
        one.remove();
      } catch (const RuntimeError& error) {
        // A container that is kept has it still.
        if (error.kind() != RuntimeError::Kind::conflict) throw;
      }
    }
    if (const auto limit = parts_.settings.host.logs; limit > 0)
      for (const auto& logs : logs_beyond(parts_.state, limit)) logs.remove();
  } catch (const Error& error) {
    events_.notice(fmt::format("more is kept than is wanted: {}", error.what()));
  }
}

std::string Run::prepare_image(bool refresh, const Cancellation& cancel) {
  const auto path = parts_.state.image_log(parts_.host.identity.run);
  std::optional<BuildLog> log;  // an image that is reused prints nothing
  const auto write = [&](std::string_view output) {
    if (!log) {
      log.emplace(path, parts_.settings.host.log,
                  [this](std::string_view line) { events_.logged({}, line); });
      events_.tell(ImageBegun{path});
    }
    log->write(output);
  };
  try {
    return parts_.host.image.ensure(
        refresh, write, [&](std::string_view text) { events_.notice(std::string(text)); }, cancel,
        [this](std::uint64_t bytes, std::uint64_t total) {
          events_.transferred({}, {"pull", bytes, total});
        });
  } catch (Error& error) {
    if (log) {
      for (const auto& line : last_output_lines(path, 10)) error.because("| " + line);
      error.because("log: " + path.string());
    }
    throw;
  }
}

void Run::build_in_order(std::vector<Job>& jobs, TargetBuilder& builder,
                         const Cancellation& cancel) {
  const auto tell_waiting = [&](const Job& job, std::vector<std::string> on) {
    events_.tell(Waiting{job.target.name, std::move(on), job.last_duration});
  };
  for (auto& job : jobs) {
    builder.look_at(job);
    if (job.stage != Job::Stage::ended) tell_waiting(job, {});
  }
  BuildQueue queue(
      jobs, parts_.host.capacity, cancel,
      [&](const std::string& pkgname, const Target& target) {
        return builder.owners().may_offer(pkgname, target);
      },
      [&](std::size_t index, const std::vector<std::size_t>& on) {
        std::vector<std::string> names;
        for (const auto one : on) names.push_back(jobs[one].target.name);
        tell_waiting(jobs[index], std::move(names));
      });
  const auto work = [&] {
    while (const auto task = queue.next()) {
      const auto i = task->index;
      auto& job = jobs[i];
      switch (task->step) {
        case BuildQueue::Task::Step::inspect:
          builder.inspect(job, cancel);
          if (job.stage != Job::Stage::ended) tell_waiting(job, {});
          queue.inspected(i, relations_of(job, parts_.history, builder.owners()));
          break;
        case BuildQueue::Task::Step::build:
          builder.build(
              job,
              {task->cores, [&] { return queue.acquire_slot(i); }, [&] { queue.release_slot(i); }},
              cancel);
          queue.ended(i);
          break;
        case BuildQueue::Task::Step::conclude:
          builder.conclude(job, task->verdict);
          break;
      }
    }
  };
  // One more than run at once is made ready meanwhile, or collected, published and removed.
  in_threads(std::min(parts_.host.capacity.jobs + 1, jobs.size()), work, [&] { queue.stop(); });
}

}  // namespace pkgkiln
