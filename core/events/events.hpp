#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
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
  std::size_t at_once = 1;  // builds
};
/// A builder image is being made; its output goes to the log.
struct ImageBegun {
  std::filesystem::path log;
};
/// It is to be built, and waits for its turn. Told again when more is known of it.
struct Waiting {
  std::string target;
  std::vector<std::string> on;           // targets that come before it
  std::chrono::nanoseconds expected{0};  // that its build takes, by the last one; 0: unknown
};
struct BuildBegun {
  std::string target;
  std::string why;
  std::filesystem::path log;
};
struct StepBegun {
  std::string target, step;
  std::string version = {};  // as far as it is known
};
/// Told once a target and run, when its outcome is recorded.
struct Ended {
  Target target;
  BuildRecord result;
};

/// What happens in a run.
struct Event {
  std::chrono::system_clock::time_point time;
  std::variant<Notice, Planned, ImageBegun, Waiting, BuildBegun, StepBegun, Ended> what;
};

/// How much of a pull or an upload has gone over the network.
struct Transfer {
  std::string what;                    // a file's name, or what is done
  std::uint64_t bytes = 0, total = 0;  // total 0: unknown
};

/// Hears of everything in a run, in the order in which it happens. All listeners share one thread,
/// so work that takes long belongs into another one.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void hear(const Event& event) = 0;

  // Of these only the newest counts. They come at once and in the threads of builds, which go on
  // when they return: remember it, and do no more. The builder image has no target.

  /// A line of a log, printable, and marks of BuildLog as well.
  virtual void logged(const std::string& /*target*/, std::string_view /*line*/) {}
  virtual void transferred(const std::string& /*target*/, const Transfer& /*transfer*/) {}
};

/// Passes events to listeners. Telling never waits for a listener, and what a listener throws is
/// dropped: a build must not depend on who watches it. Thread-safe.
class Events {
 public:
  /// They outlive it.
  explicit Events(std::vector<Listener*> listeners)
      : listeners_(std::move(listeners)), queue_([this](const Event& event) {
          each([&](Listener& listener) { listener.hear(event); });
        }) {}

  void tell(decltype(Event::what) what) {
    queue_.push({std::chrono::system_clock::now(), std::move(what)});
  }
  void notice(std::string text) { tell(Notice{std::move(text)}); }
  void logged(const std::string& target, std::string_view line) const {
    each([&](Listener& listener) { listener.logged(target, line); });
  }
  void transferred(const std::string& target, const Transfer& transfer) const {
    each([&](Listener& listener) { listener.transferred(target, transfer); });
  }
  /// Returns when all that was told before is heard.
  void flush() { queue_.flush(); }

 private:
  template <typename Tell>
  void each(const Tell& tell) const noexcept {
    for (auto* listener : listeners_) {
      try {
        tell(*listener);
      } catch (...) {
        continue;
      }
    }
  }

  std::vector<Listener*> listeners_;
  WorkQueue<Event> queue_;  // last: its thread uses the others
};

}  // namespace pkgkiln
