#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace pkgkiln {

/// Calls `work` in `count` threads at once, the caller's among them, and returns when all of them
/// have ended; fewer do it when the system gives no more. Of what they throw the first comes out
/// then; `on_failure` is called before, in the thread that threw, and must not throw: it tells the
/// others to end.
void in_threads(std::size_t count, const std::function<void()>& work,
                const std::function<void()>& on_failure);

/// One thread that works on what it is given, in that order. Thread-safe.
template <typename Item>
class WorkQueue {
 public:
  /// `work` must not throw.
  explicit WorkQueue(std::function<void(const Item&)> work)
      : work_(std::move(work)), thread_([this] { run(); }) {}
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;
  /// Works on what is left first.
  ~WorkQueue() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  /// Never waits for the work.
  void push(Item item) {
    {
      const std::lock_guard lock(mutex_);
      items_.push_back(std::move(item));
    }
    changed_.notify_all();
  }
  /// Waits until all that was pushed is done.
  void flush() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return items_.empty(); });
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return ended_ || !items_.empty(); });
      if (items_.empty()) return;
      const Item* item = &items_.front();  // stays where it is, whatever is pushed
      lock.unlock();
      work_(*item);
      lock.lock();
      items_.pop_front();
      changed_.notify_all();
    }
  }

  std::function<void(const Item&)> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  bool ended_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace pkgkiln
