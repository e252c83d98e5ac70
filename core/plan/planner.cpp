#include "core/plan/planner.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <fmt/format.h>
#include <mutex>
#include <thread>

#include "core/base/secret.hpp"
#include "core/pacman/package_name.hpp"
#include "core/source/packaging_source.hpp"

namespace pkgkiln {

namespace {

/// Asking costs waiting, not computing.
constexpr std::size_t kAskedAtOnce = 8;
constexpr std::size_t kShownDigits = 10;

std::string shown(const std::string& commit) {
  return commit.substr(0, kShownDigits);
}

bool is_of(const BuildRecord& record, const Target& target) {
  return record.url == displayable_url(target.url) && record.branch == target.branch &&
         record.path == target.path && record.repository == target.repository;
}

/// The first recorded file that can't be installed from the repository any more.
const RecordedFile* first_missing(const BuildRecord& record, Repository& repository) {
  for (const auto& file : record.files) {
    const auto name = pacman::PackageFileName::parse(file.file_name);
    if (!name || !repository.listed(*name)) return &file;
  }
  return nullptr;
}

}  // namespace

Planner::Planner(const StateDir& state, const History& history, const Repositories& repositories,
                 git::Remotes& remotes)
    : state_(state), history_(history), repositories_(repositories), remotes_(remotes) {}

Plan Planner::decide(const Target& target, const Cancellation& cancel) const {
  Plan plan{target, Unplannable{}, {}, {}};
  std::string step = "source";
  try {
    const auto tip = open_source(target, state_, remotes_)->ask(cancel);
    plan.ref = tip.ref;
    plan.commit = tip.commit;
    step = "repository";
    judge(plan, repositories_.at(target.repository));
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    plan.decision = Unplannable{step, error.what(), error.advice()};
  }
  return plan;
}

void Planner::judge(Plan& plan, Repository& repository) const {
  const auto& target = plan.target;
  const auto build = [&](std::string why) { plan.decision = Build{std::move(why)}; };
  if (target.force) return build("forced");
  const auto last = history_.last_good(target.name);
  if (!last) {
    const auto failed = history_.last(target.name);
    return build(failed ? fmt::format("its last build {} at step {}", failed->status, failed->step)
                        : "it was never built here");
  }
  if (!is_of(*last, target)) return build("its url, branch, path or repository changed");
  if (last->commit != plan.commit)
    return build(
        fmt::format("{} moved from {} to {}", plan.ref, shown(last->commit), shown(plan.commit)));
  if (!last->vcs_sources.empty())
    return build("its sources come from version control, so its version may have moved");
  if (last->files.empty()) return build("no file is recorded for it");
  if (const auto* missing = first_missing(*last, repository))
    return build(fmt::format("{} is not published in {}", missing->file_name, repository.name()));
  plan.decision = Skip{fmt::format("{} is still at {}, and its {} file{} published in {}", plan.ref,
                                   shown(plan.commit), last->files.size(),
                                   last->files.size() == 1 ? " is" : "s are", repository.name())};
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
