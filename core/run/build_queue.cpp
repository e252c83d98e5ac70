#include "core/run/build_queue.hpp"

#include <algorithm>

#include "core/job/outcome.hpp"

namespace pkgkiln {

namespace {

using std::chrono::nanoseconds;

nanoseconds median_of(const std::vector<Prospect>& prospects) {
  std::vector<nanoseconds> known;
  for (const auto& prospect : prospects)
    if (!prospect.settled && prospect.duration.count() > 0) known.push_back(prospect.duration);
  if (known.empty()) return nanoseconds(0);
  const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
  std::nth_element(known.begin(), middle, known.end());
  return *middle;
}

BuildRecord interrupted() {
  BuildRecord result;
  note_outcome(result, Interrupted{});
  return result;
}

}  // namespace

BuildQueue::BuildQueue(const BuildOrder& order, const std::vector<OrderNode>& nodes,
                       std::vector<Prospect> prospects, const Capacity& capacity,
                       Cancellation cancel, OnEnd on_end)
    : blocking_(order, nodes),
      waits_for_(nodes.size()),
      dependents_(nodes.size()),
      prospects_(std::move(prospects)),
      capacity_(capacity),
      cancel_(std::move(cancel)),
      on_end_(std::move(on_end)),
      chains_(nodes.size()),
      at_(nodes.size(), At::before),
      results_(nodes.size()) {
  const auto median = median_of(prospects_);
  for (auto& prospect : prospects_)
    if (prospect.duration.count() <= 0) prospect.duration = median;
  link(order);
  measure_chains(order);
}

void BuildQueue::link(const BuildOrder& order) {
  std::vector<std::size_t> place(order.sequence.size());
  for (std::size_t i = 0; i < order.sequence.size(); ++i) place[order.sequence[i]] = i;
  for (std::size_t index = 0; index < order.dependencies.size(); ++index) {
    for (const auto dependency : order.dependencies[index]) {
      if (place[dependency] > place[index]) continue;
      ++waits_for_[index];
      dependents_[dependency].push_back(index);
    }
    if (waits_for_[index] == 0) open_.insert(index);
  }
}

void BuildQueue::measure_chains(const BuildOrder& order) {
  for (auto index = order.sequence.rbegin(); index != order.sequence.rend(); ++index) {
    const auto& prospect = prospects_[*index];
    for (const auto dependent : dependents_[*index])
      chains_[*index] = std::max(chains_[*index], chains_[dependent]);
    if (!prospect.settled) chains_[*index] += prospect.duration;
  }
}

std::optional<BuildQueue::Turn> BuildQueue::next() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stopped_) return std::nullopt;
    settle();
    if (auto turn = choose()) return turn;
    if (handed_out_ == 0) return std::nullopt;
    changed_.wait(lock);
  }
}

bool BuildQueue::enter(std::size_t index) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || placed_ < capacity_.jobs; });
  if (stopped_) return false;
  at_[index] = At::place;
  ++placed_;
  return true;
}

void BuildQueue::leave(std::size_t index) {
  const std::lock_guard lock(mutex_);
  release(index);
}

void BuildQueue::release(std::size_t index) {
  if (at_[index] == At::after) return;
  if (at_[index] == At::place) --placed_;
  at_[index] = At::after;
  --busy_;
  memory_taken_ -= prospects_[index].peak_memory;
  changed_.notify_all();
}

void BuildQueue::ended(std::size_t index, BuildRecord result) {
  const std::lock_guard lock(mutex_);
  release(index);
  --handed_out_;
  changed_.notify_all();
  conclude(index, std::move(result));
}

void BuildQueue::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

/// Ends all that can be ended without a build.
void BuildQueue::settle() {
  for (;;) {
    while (!open_.empty()) {
      const auto index = open_.extract(open_.begin()).value();
      if (auto& settled = prospects_[index].settled)
        conclude(index, std::move(*settled));
      else if (auto result = result_without_build(index))
        conclude_unbuilt(index, std::move(*result));
      else
        ready_.insert(rank(index));
    }
    if (ready_.empty() || !cancel_.requested()) return;
    const auto index = ready_.extract(ready_.begin()).value().second;
    conclude_unbuilt(index, interrupted());
  }
}

std::optional<BuildRecord> BuildQueue::result_without_build(std::size_t index) {
  if (cancel_.requested()) return interrupted();
  if (auto verdict = blocking_.verdict(index)) return verdict;
  return blocking_.has_news(index) ? std::nullopt : std::move(prospects_[index].held_back);
}

void BuildQueue::conclude_unbuilt(std::size_t index, BuildRecord result) {
  on_end_(index, result);
  conclude(index, std::move(result));
}

void BuildQueue::conclude(std::size_t index, BuildRecord result) {
  blocking_.ended(index, result.status);
  results_[index] = std::move(result);
  for (const auto dependent : dependents_[index])
    if (--waits_for_[dependent] == 0) open_.insert(dependent);
}

std::optional<BuildQueue::Turn> BuildQueue::choose() {
  const auto chosen = std::find_if(ready_.begin(), ready_.end(),
                                   [&](const Rank& ready) { return fits(ready.second); });
  if (chosen == ready_.end()) return std::nullopt;
  const Turn turn{chosen->second, share()};
  ready_.erase(chosen);
  at_[turn.index] = At::ready;
  ++handed_out_;
  ++busy_;
  memory_taken_ += prospects_[turn.index].peak_memory;
  return turn;
}

bool BuildQueue::fits(std::size_t index) const {
  const auto peak = prospects_[index].peak_memory;
  if (busy_ == 0 || peak == 0 || capacity_.memory == 0) return true;
  return memory_taken_ <= capacity_.memory && peak <= capacity_.memory - memory_taken_;
}

/// The cores, divided by the builds that could run at the same time as one that is ready.
unsigned BuildQueue::share() const {
  const auto builds = static_cast<unsigned>(std::min(capacity_.jobs, busy_ + ready_.size()));
  return (capacity_.cores + builds - 1) / builds;
}

BuildQueue::Rank BuildQueue::rank(std::size_t index) const {
  return {-chains_[index].count(), index};
}

}  // namespace pkgkiln
