#pragma once

#include <mutex>
#include <utility>

#include "core/run/observer.hpp"

namespace pkgkiln {

/// Lets several threads tell one observer: its calls come one at a time. What it throws is lost,
/// since whether somebody sees a build must not matter to the build. Thread-safe.
class SerialObserver : public RunObserver {
 public:
  explicit SerialObserver(RunObserver& observer) : observer_(observer) {}

  void notice(const std::string& text) override {
    tell([&] { observer_.notice(text); });
  }
  void planned(const std::vector<Plan>& plans) override {
    tell([&] { observer_.planned(plans); });
  }
  void preparing_image(const std::filesystem::path& log) override {
    tell([&] { observer_.preparing_image(log); });
  }
  void build_started(const Plan& plan, const std::filesystem::path& log) override {
    tell([&] { observer_.build_started(plan, log); });
  }
  void step_started(const Target& target, const std::string& step) override {
    tell([&] { observer_.step_started(target, step); });
  }
  void finished(const TargetResult& result) override {
    tell([&] { observer_.finished(result); });
  }

 private:
  template <typename Call>
  void tell(Call call) {
    const std::lock_guard lock(mutex_);
    try {
      call();
    } catch (...) {
      return;
    }
  }

  RunObserver& observer_;
  std::mutex mutex_;
};

}  // namespace pkgkiln
