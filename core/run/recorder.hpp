#pragma once

#include "core/events/events.hpp"
#include "core/state/history.hpp"

namespace pkgkiln {

/// Where each outcome is recorded and told, once. Thread-safe.
class Recorder {
 public:
  Recorder(History& history, Events& events) : history_(history), events_(events) {}

  /// What ended without a build is told only. Throws Error when the history can't be written.
  void ended(const Target& target, const BuildRecord& result) {
    if (!result.build.empty()) history_.record(result);
    events_.tell(Ended{target, result});
  }
  /// Of an earlier run's build, which was told then.
  void ended_before(const BuildRecord& result) { history_.record(result); }

 private:
  History& history_;
  Events& events_;
};

}  // namespace pkgkiln
