#include "core/run/build_queue.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "core/job/outcome.hpp"

namespace pkgkiln {

namespace {

using std::chrono::nanoseconds;

nanoseconds median_duration(const std::vector<Job>& jobs) {
  std::vector<nanoseconds> known;
  for (const auto& job : jobs)
    if (job.stage != Job::Stage::ended && job.last_duration.count() > 0)
      known.push_back(job.last_duration);
  if (known.empty()) return nanoseconds(0);
  const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
  std::nth_element(known.begin(), middle, known.end());
  return *middle;
}

/// What keeps a target's packages from those that need them; empty when nothing does, or what does
/// is another target's.
std::string obstacle(Status status) {
  switch (status) {
    case Status::failed:
      return "failed";
    case Status::timed_out:
      return "timed out";
    case Status::interrupted:
      return "was interrupted";
    case Status::unpublished:
      return "could not be published";
    case Status::held:
      return "is held";
    case Status::deferred:
      return "is deferred";
    case Status::built:
    case Status::up_to_date:
    case Status::blocked:
      break;
  }
  return {};
}

BuildRecord interrupted() {
  BuildRecord result;
  note_outcome(result, Interrupted{});
  return result;
}

}  // namespace

BuildQueue::BuildQueue(std::vector<Job>& jobs, const Capacity& capacity, Cancellation cancel,
                       decltype(Unknown::may_offer) may_offer, OnOrder on_order)
    : jobs_(jobs),
      entries_(jobs.size()),
      capacity_(capacity),
      cancel_(std::move(cancel)),
      may_offer_(std::move(may_offer)),
      on_order_(std::move(on_order)) {
  const auto open = std::count_if(jobs.begin(), jobs.end(),
                                  [](const Job& job) { return job.stage != Job::Stage::ended; });
  const bool may_wait = std::any_of(jobs.begin(), jobs.end(), [](const Job& job) {
    return job.stage == Job::Stage::ended && !is_good(job.record.status);
  });
  const auto median = median_duration(jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto& entry = entries_[i];
    const bool known = jobs[i].last_duration.count() > 0;
    entry.duration = known ? jobs[i].last_duration : median;
    // One that is alone is inspected in its build, which needs no second container then.
    if (jobs[i].stage == Job::Stage::planned && (open > 1 || may_wait))
      entry.state = State::unknown;
    ++count(entry.state);
    if (jobs[i].stage == Job::Stage::ended) end(i, jobs[i].record.status);
  }
}

void BuildQueue::move(std::size_t index, State state) {
  const auto takes_memory = [](State at) { return at == State::preparing || at == State::in_slot; };
  auto& entry = entries_[index];
  if (takes_memory(entry.state)) memory_taken_ -= jobs_[index].last_peak_memory;
  if (takes_memory(state)) memory_taken_ += jobs_[index].last_peak_memory;
  --count(entry.state);
  ++count(state);
  entry.state = state;
  changed_.notify_all();
}

void BuildQueue::end(std::size_t index, Status status) {
  entries_[index].status = status;
  move(index, State::ended);
}

std::optional<BuildQueue::Task> BuildQueue::next() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stopped_) return std::nullopt;
    if (auto task = choose()) return task;
    if (count(State::inspecting) + count(State::preparing) + count(State::in_slot) +
            count(State::finishing) ==
        0)
      return std::nullopt;
    changed_.wait(lock);
  }
}

bool BuildQueue::acquire_slot(std::size_t index) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || count(State::in_slot) < capacity_.jobs; });
  if (stopped_) return false;
  move(index, State::in_slot);
  return true;
}

void BuildQueue::release_slot(std::size_t index) {
  const std::lock_guard lock(mutex_);
  if (entries_[index].state != State::finishing) move(index, State::finishing);
}

void BuildQueue::inspected(std::size_t index, Relations relations) {
  const std::lock_guard lock(mutex_);
  jobs_[index].relations = std::move(relations);
  rearrange_ = true;
  if (jobs_[index].stage == Job::Stage::ended)
    end(index, jobs_[index].record.status);
  else
    move(index, State::waiting);
}

void BuildQueue::ended(std::size_t index) {
  const std::lock_guard lock(mutex_);
  end(index, jobs_[index].record.status);
}

void BuildQueue::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

/// By what is known of the jobs now.
void BuildQueue::arrange() {
  Unknown unknown{{}, may_offer_};
  for (auto& entry : entries_) {
    unknown.jobs.push_back(entry.state == State::unknown || entry.state == State::inspecting);
    entry.chain = nanoseconds(0);
    entry.cycle = nullptr;
  }
  order_ = order_builds(jobs_, unknown);
  for (const auto& cycle : order_.cycles)
    for (const auto member : cycle) entries_[member].cycle = &cycle;
  for (std::size_t place = 0; place < order_.sequence.size(); ++place)
    entries_[order_.sequence[place]].place = place;
  for (auto index = order_.sequence.rbegin(); index != order_.sequence.rend(); ++index) {
    auto& entry = entries_[*index];
    if (entry.state != State::ended) entry.chain += entry.duration;
    for (const auto dependency : order_.dependencies[*index])
      if (auto& other = entries_[dependency]; other.place < entry.place)
        other.chain = std::max(other.chain, entry.chain);
  }
  rearrange_ = false;
  tell_order();
}

void BuildQueue::tell_order() {
  if (!on_order_) return;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    auto& entry = entries_[i];
    if (entry.state != State::waiting) continue;
    std::vector<std::size_t> on;
    for (const auto dependency : order_.dependencies[i])
      if (entries_[dependency].state != State::ended) on.push_back(dependency);
    if (on == entry.told) continue;
    on_order_(i, on);
    entry.told = std::move(on);
  }
}

std::optional<BuildQueue::Task> BuildQueue::choose() {
  if (rearrange_) arrange();
  std::optional<std::size_t> unknown;
  std::vector<std::size_t> ready;
  for (const auto index : order_.sequence) {
    const auto state = entries_[index].state;
    const bool is_unknown = state == State::unknown;
    if (!is_unknown && (state != State::waiting || !is_ready(index))) continue;
    if (auto found = verdict(index)) {
      end(index, found->status);
      rearrange_ = rearrange_ || is_unknown;
      return Task{index, Task::Step::conclude, 1, std::move(*found)};
    }
    if (!is_unknown)
      ready.push_back(index);
    else if (!unknown || index < *unknown)
      unknown = index;
  }
  // Whatever is ready, one worker finds out what waits for what.
  if (unknown && count(State::inspecting) == 0) return inspect(*unknown);
  if (!unknown || count(State::preparing) + count(State::in_slot) < capacity_.jobs)
    if (auto task = build(ready)) return task;
  return unknown ? std::optional(inspect(*unknown)) : std::nullopt;
}

BuildQueue::Task BuildQueue::inspect(std::size_t index) {
  move(index, State::inspecting);
  return {index, Task::Step::inspect};
}

std::optional<BuildQueue::Task> BuildQueue::build(const std::vector<std::size_t>& ready) {
  std::optional<std::size_t> best;
  const auto rank = [this](std::size_t index) {
    return std::pair(-entries_[index].chain.count(), index);
  };
  for (const auto index : ready)
    if (fits(index) && (!best || rank(index) < rank(*best))) best = index;
  if (!best) return std::nullopt;
  // The cores are shared by those that could run at the same time.
  const auto busy = count(State::preparing) + count(State::in_slot);
  const auto builds = static_cast<unsigned>(std::min(capacity_.jobs, busy + ready.size()));
  move(*best, State::preparing);
  return Task{*best, Task::Step::build, (capacity_.cores + builds - 1) / builds};
}

/// Members of a cycle wait for nothing there.
bool BuildQueue::is_ready(std::size_t index) const {
  const auto& below = order_.dependencies[index];
  return !order_.undetermined[index] &&
         std::all_of(below.begin(), below.end(), [&](std::size_t dependency) {
           const auto& entry = entries_[dependency];
           return entry.state == State::ended || entry.place > entries_[index].place;
         });
}

/// Why it is not to be built, all its dependencies having ended; nothing when it is.
std::optional<BuildRecord> BuildQueue::verdict(std::size_t index) {
  if (cancel_.requested()) return interrupted();
  if (entries_[index].state == State::unknown) return std::nullopt;
  if (const auto* cycle = entries_[index].cycle) {
    BuildRecord record;
    record.step = "order";
    record.why = "its dependencies form a cycle: " + cycle_text(*cycle, jobs_);
    record.hint = "build one of them alone first: pkgkiln build " + jobs_[index].target.name;
    record.fault = Fault::target;
    return record;
  }
  if (auto record = blocked(index)) return record;
  const auto& held_back = jobs_[index].held_back;
  return held_back && !has_news(index) ? std::optional(*held_back) : std::nullopt;
}

std::optional<BuildRecord> BuildQueue::blocked(std::size_t index) {
  for (const auto dependency : order_.dependencies[index]) {
    const auto& entry = entries_[dependency];
    if (entry.state != State::ended || is_good(entry.status)) continue;
    if (is_waiting(entry.status) && is_served(index, dependency)) continue;
    const bool is_root = entry.status != Status::blocked;
    const auto root = is_root ? dependency : entry.root;
    entries_[index].root = root;
    const auto what = obstacle(entries_[root].status);
    const auto& name = jobs_[dependency].target.name;
    BuildRecord record;
    record.status = Status::blocked;
    record.is_blocked_by_waiting = is_waiting(entries_[root].status);
    if (record.is_blocked_by_waiting) {
      record.why =
          fmt::format("blocked by {} ({})", jobs_[root].target.name, word(entries_[root].status));
      return record;
    }
    record.why = is_root ? fmt::format("its dependency '{}' {}", name, what)
                         : fmt::format("its dependency '{}' is blocked by '{}', which {}", name,
                                       jobs_[root].target.name, what);
    return record;
  }
  return std::nullopt;
}

/// Whether what is published of one that waits satisfies the job.
bool BuildQueue::is_served(std::size_t index, std::size_t waiting) const {
  for (const auto& need : jobs_[index].relations.needs) {
    const auto dependency = pacman::Dependency::parse(need);
    for (const auto& offer : jobs_[waiting].relations.offers) {
      if (offer.version.empty()) {
        // Of what was never published, all that would satisfy it is missing.
        pacman::Providers wanted;
        wanted.add(0, offer);
        if (wanted.find(dependency)) return false;
      } else if (offer.pkgname == dependency.name && !dependency.allows(offer.version)) {
        return false;
      }
    }
  }
  return true;
}

/// Whether something that it depends on was built in this run.
bool BuildQueue::has_news(std::size_t index) const {
  const auto& below = order_.dependencies[index];
  return std::any_of(below.begin(), below.end(), [this](std::size_t dependency) {
    const auto& entry = entries_[dependency];
    return entry.state == State::ended && entry.status == Status::built;
  });
}

bool BuildQueue::fits(std::size_t index) {
  const auto peak = jobs_[index].last_peak_memory;
  const auto busy = count(State::preparing) + count(State::in_slot);
  if (busy == 0 || peak == 0 || capacity_.memory == 0) return true;
  return memory_taken_ <= capacity_.memory && peak <= capacity_.memory - memory_taken_;
}

}  // namespace pkgkiln
