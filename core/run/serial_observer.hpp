#pragma once

#include <mutex>

#include "core/run/observer.hpp"

namespace pkgkiln {

/// Lets several threads tell one observer: its calls come one at a time. Thread-safe.
class SerialObserver : public RunObserver {
 public:
  explicit SerialObserver(RunObserver& observer) : observer_(observer) {}

  void notice(const std::string& text) override {
    const std::lock_guard lock(mutex_);
    observer_.notice(text);
  }
  void planned(const std::vector<Plan>& plans) override {
    const std::lock_guard lock(mutex_);
    observer_.planned(plans);
  }
  void preparing_image(const std::filesystem::path& log) override {
    const std::lock_guard lock(mutex_);
    observer_.preparing_image(log);
  }
  void build_started(const Plan& plan, const std::filesystem::path& log) override {
    const std::lock_guard lock(mutex_);
    observer_.build_started(plan, log);
  }
  void step_started(const Target& target, const std::string& step) override {
    const std::lock_guard lock(mutex_);
    observer_.step_started(target, step);
  }
  void finished(const TargetResult& result) override {
    const std::lock_guard lock(mutex_);
    observer_.finished(result);
  }

 private:
  RunObserver& observer_;
  std::mutex mutex_;
};

}  // namespace pkgkiln
