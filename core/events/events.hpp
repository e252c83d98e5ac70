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

/// Something that the user should know; it stops nothing.
struct Notice {
  std::string text;
};
struct Planned {
  std::size_t builds = 0, targets = 0;
};
/// A builder image is being made; its output goes to the log.
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

/// Hears of everything in a run, in the order in which it happens. All listeners share one thread,
/// so work that takes long belongs into another one.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void hear(const Event& event) = 0;
};

/// Passes events to listeners. Telling never waits for a listener, and what a listener throws is
/// dropped: a build must not depend on who watches it. Thread-safe.
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
