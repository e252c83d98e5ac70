#pragma once

#include "core/events/events.hpp"
#include "core/journal/history.hpp"
#include "core/plan/plan.hpp"

namespace pkgkiln {

/// The record of a build of this plan that begins now, with an id of its own.
BuildRecord record_for(const Plan& plan);
/// Of a target that needs no build; with an id only if that wasn't known before.
BuildRecord record_of(const Plan& plan, const Skip& skip);

/// Where each outcome is recorded and told, once. Thread-safe.
class Recorder {
 public:
  Recorder(History& history, Events& events) : history_(history), events_(events) {}

  /// What ended without a build is told only. Throws Error when the history can't be written.
  void ended(const Target& target, const BuildRecord& result) {
    if (!result.build.empty()) history_.record(result);
    events_.tell(Ended{target, result});
  }

 private:
  History& history_;
  Events& events_;
};

}  // namespace pkgkiln
