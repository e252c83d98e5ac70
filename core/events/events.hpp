#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/threads.hpp"
#include "core/job/build_record.hpp"
#include "core/targets/target.hpp"

namespace pkgkiln {

/// Something that the user should know, and that stops nothing.
struct Notice {
  std::string text;
};
struct Planned {
  std::size_t builds = 0, targets = 0;
};
/// A builder image is being made; the output of that goes to the log.
struct ImageBegun {
  std::filesystem::path log;
};
struct BuildBegun {
  std::string target;
  std::string why;
  std::filesystem::path log;
};
struct StepBegun {
  std::string target, step;
};
/// Told once a target and run, when its outcome is recorded.
struct Ended {
  Target target;
  BuildRecord result;
};

/// What happens in a run.
struct Event {
  std::chrono::system_clock::time_point time;
  std::variant<Notice, Planned, ImageBegun, BuildBegun, StepBegun, Ended> what;
};

/// Hears of a run as it goes, in one thread, in the order in which things happened. All listeners
/// share that thread, so what takes long belongs into another one.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void hear(const Event& event) = 0;
};

/// Hands events to listeners. What tells of them waits for nobody, and what a listener throws is
/// lost: whether somebody sees a build must not matter to the build. Thread-safe.
class Events {
 public:
  /// They outlive it.
  explicit Events(std::vector<Listener*> listeners)
      : listeners_(std::move(listeners)), queue_([this](const Event& event) {
          for (auto* listener : listeners_) hear_out(*listener, event);
        }) {}

  void tell(decltype(Event::what) what) {
    queue_.push({std::chrono::system_clock::now(), std::move(what)});
  }
  void notice(std::string text) { tell(Notice{std::move(text)}); }
  /// Returns when all that was told before is heard.
  void flush() { queue_.flush(); }

 private:
  static void hear_out(Listener& listener, const Event& event) noexcept {
    try {
      listener.hear(event);
    } catch (...) {
      return;
    }
  }

  std::vector<Listener*> listeners_;
  WorkQueue<Event> queue_;  // last: its thread uses the others
};

}  // namespace pkgkiln
