#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/plan/planner.hpp"
#include "core/run/build_queue.hpp"
#include "core/run/observer.hpp"
#include "core/run/parts.hpp"
#include "core/run/result.hpp"
#include "core/run/serial_observer.hpp"
#include "core/run/survey.hpp"

namespace pkgkiln {

/// The pipeline: clean up what earlier runs left, publish what they could not, plan, make the
/// builder image if anything is to be built, find out what depends on what, build in that order
/// and several at once, publish, record, and keep no more for later than is wanted. Whatever
/// happens to one target, those that don't depend on it go on. Holds nothing; the caller holds the
/// RunLock.
class Run {
 public:
  using Parts = RunParts;

  Run(Parts parts, RunObserver& observer);

  /// One result a target, in the given order. Throws Error only for what concerns all targets:
  /// the builder image, the state; builds that run then go on to their end first.
  std::vector<TargetResult> build(const std::vector<Target>& targets, const KnownTargets& known,
                                  bool refresh_image, const Cancellation& cancel);

 private:
  void clean_up();
  /// Holds caches, logs and records to their limits.
  void tidy();
  std::string prepare_image(bool refresh, const Cancellation& cancel);
  /// Kept in the state directory, so that each builder image is asked once.
  Distribution distribution_of(const std::string& image, const KnownTargets& known,
                               const Cancellation& cancel);
  std::vector<TargetResult> build_in_order(const std::vector<Plan>& plans, TargetBuilder& builder,
                                           const Cancellation& cancel);
  Prospect prospect(const Plan& plan, const std::optional<Begun>& begun,
                    const TargetBuilder& builder) const;
  /// Of one that needs no building any more, or can't be built.
  std::optional<TargetResult> settled(const Plan& plan, const std::optional<Begun>& begun) const;

  Parts parts_;
  SerialObserver observer_;
  SpoolPublisher publisher_;
};

}  // namespace pkgkiln
