#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace pkgkiln::test {

/// A reusable barrier: threads that all pass it ran at the same time.
class Meeting {
 public:
  explicit Meeting(std::size_t size) : size_(size) {}

  /// False if the others don't come in time.
  bool join() {
    std::unique_lock lock(mutex_);
    const auto mine = arrived_++ / size_;
    changed_.notify_all();
    return changed_.wait_for(lock, std::chrono::seconds(60),
                             [&] { return arrived_ >= (mine + 1) * size_; });
  }

 private:
  const std::size_t size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t arrived_ = 0;
};

}  // namespace pkgkiln::test
