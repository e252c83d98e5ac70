#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/run/blocking.hpp"
#include "core/run/capacity.hpp"

namespace pkgkiln {

/// What is known of a target before its build.
struct Prospect {
  std::optional<BuildRecord> settled;  // it needs no building any more, or can't be built
  /// It is bound to fail again, unless something that it depends on is built in this run.
  std::optional<BuildRecord> held_back = std::nullopt;
  std::chrono::nanoseconds duration{0};  // of its last build; 0: unknown
  std::uint64_t peak_memory = 0;         // of its last build, in bytes; 0: unknown
};

/// Hands out the builds of a run to its workers, and keeps what became of them. A build comes after
/// those that it depends on. Among ready ones the longest chain goes first: a build with those that
/// wait for it, one after the other, by the times that they took last; then the given order counts.
/// One that was never built counts as one that takes the median time. No more than the jobs are in
/// a place at once, whoever is ready first. One whose memory, as far as it is known, doesn't fit
/// beside what was handed out and hasn't left its place lets others go first; a build alone always
/// fits. Thread-safe.
class BuildQueue {
 public:
  /// Told of every target that ends without having been handed out, with the queue locked, in an
  /// order that puts none before its dependencies; but for those that were settled before.
  using OnEnd = std::function<void(std::size_t index, BuildRecord& result)>;

  /// The order and the nodes outlive it. A prospect a node.
  BuildQueue(const BuildOrder& order, const std::vector<OrderNode>& nodes,
             std::vector<Prospect> prospects, const Capacity& capacity, Cancellation cancel,
             OnEnd on_end);

  struct Turn {
    std::size_t index = 0;
    unsigned cores = 1;  // its share
  };
  /// Waits for one that may be built now; nothing when there will be none any more.
  std::optional<Turn> next();
  /// Waits for a place, for one that next() gave; false when there is none any more.
  bool enter(std::size_t index);
  /// Gives its place to others, and its memory. Does nothing the second time.
  void leave(std::size_t index);
  /// To be told of each that next() gave; it leaves.
  void ended(std::size_t index, BuildRecord result);
  /// Hands out no more.
  void stop();

  /// In the order of the nodes, once next() gives nothing any more.
  std::vector<BuildRecord> take_results() { return std::move(results_); }

 private:
  void settle();
  std::optional<BuildRecord> result_without_build(std::size_t index);
  void conclude_unbuilt(std::size_t index, BuildRecord result);
  void conclude(std::size_t index, BuildRecord result);
  std::optional<Turn> choose();
  bool fits(std::size_t index) const;
  void release(std::size_t index);
  unsigned share() const;

  void link(const BuildOrder& order);
  void measure_chains(const BuildOrder& order);

  /// Long chains first.
  using Rank = std::pair<std::chrono::nanoseconds::rep, std::size_t>;
  Rank rank(std::size_t index) const;

  std::mutex mutex_;
  std::condition_variable changed_;
  Blocking blocking_;
  /// Those of each node that the sequence puts before it: members of a cycle wait for nothing
  /// there.
  std::vector<std::size_t> waits_for_;  // how many
  std::vector<std::vector<std::size_t>> dependents_;
  std::set<std::size_t> open_;  // wait for nothing any more, and weren't looked at yet
  std::vector<Prospect> prospects_;
  Capacity capacity_;
  Cancellation cancel_;
  OnEnd on_end_;
  std::vector<std::chrono::nanoseconds> chains_;  // of builds, from each on
  std::set<Rank> ready_;
  enum class At { before, ready, place, after };
  std::vector<At> at_;
  std::size_t handed_out_ = 0;  // and not ended
  std::size_t busy_ = 0;        // of those that were handed out, those that didn't leave
  std::size_t placed_ = 0;
  std::uint64_t memory_taken_ = 0;
  bool stopped_ = false;
  std::vector<BuildRecord> results_;
};

}  // namespace pkgkiln
