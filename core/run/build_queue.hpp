#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/builder/host.hpp"
#include "core/run/build_order.hpp"

namespace pkgkiln {

/// Hands out the steps of a run's jobs to its workers. A job of which nobody knows what it makes
/// is inspected first, and no job is built before it is known that it depends on none of these. A
/// build comes after those that it depends on. Among ready ones the longest chain goes first: a
/// build with those that wait for it, one after the other, by the times that they took last; then
/// the given order counts. One that was never built counts as one that takes the median time. No
/// more than the capacity's jobs are in a slot at once, whoever is ready first. One whose memory,
/// as far as it is known, doesn't fit beside what was handed out and hasn't left its slot lets
/// others go first; a build alone always fits. Thread-safe.
class BuildQueue {
 public:
  /// Hears which others a job waits for, when that changes. Called with the queue locked.
  using OnOrder = std::function<void(std::size_t index, const std::vector<std::size_t>& on)>;

  /// The jobs outlive it. Of each it writes the relations alone; the rest belongs to the worker
  /// that the job was handed out to. `may_offer` as in Unknown.
  BuildQueue(std::vector<Job>& jobs, const Capacity& capacity, Cancellation cancel,
             decltype(Unknown::may_offer) may_offer, OnOrder on_order = {});

  struct Task {
    enum class Step {
      inspect,   // then call inspected()
      build,     // then call ended()
      conclude,  // it ends without a build, with `verdict`; there is nothing to call
    };
    std::size_t index = 0;
    Step step = Step::build;
    unsigned cores = 1;        // the build's share
    BuildRecord verdict = {};  // status, step, why and hint; or the record that held it back
  };
  /// Waits for one that may be done now; nothing when there will be none any more.
  std::optional<Task> next();
  /// Waits for a slot, for a build that next() gave; false when there is none any more.
  bool acquire_slot(std::size_t index);
  /// Gives its slot to others, and its memory. Does nothing the second time.
  void release_slot(std::size_t index);
  void inspected(std::size_t index, Relations relations);
  void ended(std::size_t index);
  /// Hands out no more.
  void stop();

 private:
  enum class State { unknown, inspecting, waiting, preparing, in_slot, finishing, ended };
  struct Entry {
    State state = State::waiting;
    Status status = Status::built;  // of one that ended
    std::size_t root = 0;           // of one that is blocked: whose failure is the first cause
    std::chrono::nanoseconds duration{0};
    std::chrono::nanoseconds chain{0};  // of builds, from it on
    std::size_t place = 0;              // in the order's sequence
    const std::vector<std::size_t>* cycle = nullptr;
    std::vector<std::size_t> told;  // that it waits for
  };

  /// The one place where a job changes its state.
  void move(std::size_t index, State state);
  std::size_t& count(State state) { return counts_.at(static_cast<std::size_t>(state)); }
  void arrange();
  void tell_order();
  std::optional<Task> choose();
  Task inspect(std::size_t index);
  std::optional<Task> build(const std::vector<std::size_t>& ready);
  bool is_ready(std::size_t index) const;
  std::optional<BuildRecord> verdict(std::size_t index);
  std::optional<BuildRecord> blocked(std::size_t index);
  bool is_served(std::size_t index, std::size_t waiting) const;
  bool has_news(std::size_t index) const;
  bool fits(std::size_t index);
  void end(std::size_t index, Status status);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Job>& jobs_;
  std::vector<Entry> entries_;
  std::array<std::size_t, 7> counts_{};  // of entries, by state
  std::uint64_t memory_taken_ = 0;
  BuildOrder order_;
  bool rearrange_ = true;
  Capacity capacity_;
  Cancellation cancel_;
  decltype(Unknown::may_offer) may_offer_;
  OnOrder on_order_;
  bool stopped_ = false;
};

}  // namespace pkgkiln
