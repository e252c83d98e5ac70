#include "core/plan/planner.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <fmt/format.h>
#include <mutex>
#include <thread>

#include "core/source/packaging_source.hpp"

namespace pkgkiln {

namespace {

/// Asking costs waiting, not computing.
constexpr std::size_t kAskedAtOnce = 16;

}  // namespace

Planner::Planner(const StateDir& state, const History& history, const Repositories& repositories,
                 git::Remotes& remotes, Settings settings)
    : state_(state),
      history_(history),
      repositories_(repositories),
      remotes_(remotes),
      settings_(settings) {}

Plan Planner::decide(const Target& target, const Cancellation& cancel) const {
  Plan plan{target, Unplannable{}, {}, {}};
  std::string step = "source";
  try {
    const auto source = open_source(target, state_, remotes_);
    const auto tip = source->ask(cancel);
    plan.ref = tip.ref;
    plan.commit = tip.commit;
    plan.evidence.push_back({plan.ref, fmt::format("at {:.10}", plan.commit)});
    step = "repository";
    Judgement judgement(plan, repositories_.at(target.repository), remotes_, cancel);
    judge_by_history(plan, judgement);
    if (std::holds_alternative<Skip>(plan.decision) || !settings_.look_into) return plan;
    step = "source";
    const auto fetched = source->fetch(tip, cancel);
    plan.ref = fetched.ref;
    plan.commit = fetched.commit;
    step = "inspect";
    plan.inspected = inspect_on_host(*source, plan.commit, target.path);
    judgement.by_version();
    if (const auto last = history_.last(target.name))
      hold_back(plan, *last, history_.failures(target.name, plan.commit, last->image),
                settings_.retry);
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    plan.decision = Unplannable{step, error.what(), error.advice()};
  }
  return plan;
}

void Planner::judge_by_history(Plan& plan, Judgement& judgement) const {
  if (plan.target.force) {
    plan.decision = Build{"forced"};
  } else if (const auto last = history_.last_good(plan.target.name)) {
    judgement.by_record(*last);
  } else {
    const auto failed = history_.last(plan.target.name);
    plan.decision =
        Build{failed ? fmt::format("its last build {} at step {}", failed->status, failed->step)
                     : "it was never built here"};
  }
}

std::vector<Plan> Planner::decide(const std::vector<Target>& targets,
                                  const Cancellation& cancel) const {
  std::vector<Plan> plans(targets.size());
  std::atomic<std::size_t> next{0};
  std::exception_ptr failed;
  std::mutex failed_mutex;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < targets.size(); i = next++)
        plans[i] = decide(targets[i], cancel);
    } catch (...) {
      const std::lock_guard lock(failed_mutex);
      failed = std::current_exception();
      next = targets.size();
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::min(kAskedAtOnce, targets.size()); ++i)
    threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
  if (failed) std::rethrow_exception(failed);
  return plans;
}

}  // namespace pkgkiln
