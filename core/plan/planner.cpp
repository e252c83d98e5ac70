#include "core/plan/planner.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <tuple>
#include <utility>

#include "core/base/threads.hpp"
#include "core/inspect/inspect.hpp"
#include "core/targets/packaging_source.hpp"

namespace pkgkiln {

namespace {

/// Asking costs waiting, not computing.
constexpr std::size_t kAskedAtOnce = 16;

/// Beside a PKGBUILD, but of no package that it makes: people change them without its version.
const std::vector<std::string> kNotOfPackage = {".SRCINFO",        ".gitignore", ".gitattributes",
                                                ".nvchecker.toml", "REUSE.toml", "LICENSES"};

std::vector<std::string> hosts_of(const std::vector<Target>& targets) {
  std::vector<std::string> hosts;
  for (const auto& target : targets) hosts.push_back(git::Remotes::host_of(target.url));
  return hosts;
}

constexpr std::chrono::hours kDay{24};
/// Not all of them are to be asked in the same run.
constexpr std::chrono::hours kSpread{6};
/// The AUR's database and its Git server need not be as new as each other.
constexpr std::chrono::minutes kSettled{10};

/// Whether what it was asked last is what it would answer now.
bool still_holds(const RecordedTip& known, const AurPackage& aur, const std::string& url,
                 std::chrono::system_clock::time_point now) {
  const std::chrono::seconds spread(std::hash<std::string>()(url) %
                                    std::chrono::seconds(kSpread).count());
  const std::chrono::system_clock::time_point pushed{std::chrono::seconds(aur.last_modified)};
  return known.asked <= now && now - known.asked < kDay - spread &&
         known.asked - pushed >= kSettled;
}

}  // namespace

FairQueue::FairQueue(const std::vector<std::string>& hosts, const AtOnce& at_once) {
  std::map<std::string, std::size_t> known;
  for (const auto& name : hosts)
    host_of_.push_back(known.emplace(name, known.size()).first->second);
  hosts_.resize(known.size());
  for (const auto& [name, host] : known) hosts_[host].at_once = at_once(name);
  for (auto i = host_of_.size(); i-- > 0;) hosts_[host_of_[i]].left.push_back(i);
  for (std::size_t host = 0; host < hosts_.size(); ++host) offer(host);
}

void FairQueue::offer(std::size_t host) {
  const auto& [left, taken, at_once] = hosts_[host];
  if (!left.empty() && taken < at_once) offered_.emplace(left.back(), host);
}

std::optional<std::size_t> FairQueue::take() {
  const std::lock_guard lock(mutex_);
  if (offered_.empty()) return std::nullopt;
  const auto [index, host] = *offered_.begin();
  offered_.erase(offered_.begin());
  hosts_[host].left.pop_back();
  ++hosts_[host].taken;
  offer(host);
  return index;
}

void FairQueue::done(std::size_t index) {
  const std::lock_guard lock(mutex_);
  const auto host = host_of_.at(index);
  --hosts_[host].taken;
  offer(host);
}

Planner::Planner(PackagingSources& sources, History& history, const Repositories& repositories,
                 git::Remotes& remotes, std::string arch, Settings settings)
    : sources_(sources),
      history_(history),
      repositories_(repositories),
      remotes_(remotes),
      arch_(std::move(arch)),
      settings_(std::move(settings)) {}

Job Planner::decide(Target of, const Cancellation& cancel) const {
  Job job;
  job.target = std::move(of);
  decide(job, cancel);
  return job;
}

void Planner::decide(Job& job, const Cancellation& cancel) const {
  job.arch = arch_;
  job.bump_pkgrel = settings_.bump_pkgrel;
  const auto& target = job.target;
  auto& plan = job.plan;
  if (!target.origin.empty()) plan.evidence.push_back({"listed in", target.origin});
  std::string step = "source";
  try {
    const auto source = sources_.open(target);
    const auto tip = tip_of(job, *source, cancel);
    plan.ref = tip.ref;
    plan.commit = tip.commit;
    step = "repository";
    Comparison comparison(job, repositories_.at(target.repository), remotes_, cancel);
    compare_with_history(job, comparison);
    if (job.is_skipped() || !settings_.look_into) return;
    plan.conditions = settings_.conditions + "network=" + (target.network ? "on" : "off") +
                      "\nowns=" + fmt::format("{}", fmt::join(target.owns, " ")) + "\n";
    step = "source";
    const auto fetched = source->fetch(tip, cancel);
    plan.ref = fetched.ref;
    plan.commit = fetched.commit;
    auto good = history_.last_good(target.name);
    if (good) {
      job.previous = previous_of(*good, target);
      job.last_version =
          recorded_version(good->version, good->files.empty() ? "" : good->files.front().file_name);
    }
    const auto built = built_commit(good, target);
    if (target.force) good.reset();
    const bool is_known = good && source->surely_has_tree(plan.commit, good->tree);
    if (is_known) comparison.by_tree(*good, good->tree);
    if (job.is_skipped()) return;
    step = "inspect";
    job.inspection =
        std::make_shared<Inspection>(inspect_on_host(*source, plan.commit, target, arch_));
    auto& tree = job.inspection->tree;
    if (job.previous && job.previous->tree != tree &&
        source->are_alike(plan.commit, tree, job.previous->tree, kNotOfPackage))
      job.previous->tree = tree;
    if (!target.force) recall(job, history_);
    if (auto why = why_not_for_machine(job); !why.empty()) {
      plan.decision = Skip{std::move(why)};
      return;
    }
    if (good && !is_known) comparison.by_tree(*good, job.inspection->tree);
    if (!job.is_skipped()) comparison.by_version();
    if (const auto last = history_.last(target.name))
      hold_back(job, *last, history_.failures(*last), settings_.retry);
    step = "source";
    if (settings_.gate != nullptr) settings_.gate->decide(job, *source, built, cancel);
  } catch (const Error& error) {
    plan.decision = Unplannable{step, error};
  }
}

/// A repository of which the AUR says that nobody pushed to it is asked once a day only.
git::Tip Planner::tip_of(Job& job, PackagingSource& source, const Cancellation& cancel) const {
  const auto& [url, aur] = std::tie(job.target.url, job.target.aur);
  const auto now = std::chrono::system_clock::now();
  auto& evidence = job.plan.evidence;
  if (aur && !job.target.force)
    if (const auto known = history_.tip(url);
        known && known->mark == aur->mark() && still_holds(*known, *aur, url, now)) {
      evidence.push_back({known->ref, fmt::format("at {:.10}, since nobody pushed to it by what "
                                                  "the AUR says",
                                                  known->commit)});
      return {known->ref, known->commit};
    }
  auto tip = source.ask(cancel);
  if (aur && settings_.look_into) history_.record_tip(url, {aur->mark(), tip.ref, tip.commit, now});
  evidence.push_back({tip.ref, fmt::format("at {:.10}", tip.commit)});
  return tip;
}

void Planner::compare_with_history(Job& job, Comparison& comparison) const {
  auto& decision = job.plan.decision;
  if (job.target.force) {
    decision = Build{"forced"};
  } else if (const auto last = history_.last_good(job.target.name)) {
    comparison.by_record(*last);
  } else {
    const auto failed = history_.last(job.target.name);
    decision = Build{
        failed ? fmt::format("its last build {} at step {}", word(failed->status), failed->step)
               : "it was never built here"};
  }
}

std::vector<Job> Planner::decide(std::vector<Target> targets, const Cancellation& cancel) const {
  FairQueue queue(hosts_of(targets),
                  [this](const std::string& host) { return remotes_.at_once_of(host); });
  std::vector<Job> jobs(targets.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].target = std::move(targets[i]);
  std::vector<Target>().swap(targets);  // thousands of them take megabytes, empty as they are
  std::atomic<bool> failed{false};
  const auto work = [&] {
    while (!failed) {
      const auto next = queue.take();
      if (!next) return;
      auto& job = jobs[*next];
      decide(job, cancel);
      if (job.is_skipped() && !settings_.explain) job.plan.evidence = {};
      queue.done(*next);
    }
  };
  in_threads(std::min(kAskedAtOnce, jobs.size()), work, [&] { failed = true; });
  return jobs;
}

}  // namespace pkgkiln
