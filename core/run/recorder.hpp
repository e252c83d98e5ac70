#pragma once

#include "core/events/events.hpp"
#include "core/job/job.hpp"
#include "core/journal/history.hpp"

namespace pkgkiln {

/// The record of a build of this job that begins now, with an id of its own.
BuildRecord record_for(const Job& job);
/// The same, of one that no build is begun of.
BuildRecord unbuilt(const Job& job);
/// Of a target that needs no build; with an id only if that wasn't known before.
BuildRecord record_of(const Job& job, Skip skip);

/// Where each outcome is recorded and told, once. Thread-safe.
class Recorder {
 public:
  Recorder(History& history, Events& events) : history_(history), events_(events) {}

  /// With its record the job has ended. What has no build is told, and counts as an attempt.
  /// Throws Error when the history can't be written.
  void ended(Job& job) { ended(std::vector{&job}); }
  void ended(const std::vector<Job*>& jobs);

 private:
  History& history_;
  Events& events_;
};

}  // namespace pkgkiln
