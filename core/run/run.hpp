#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/events/log_delivery.hpp"
#include "core/job/build_record.hpp"
#include "core/plan/planner.hpp"
#include "core/run/build_queue.hpp"
#include "core/run/parts.hpp"
#include "core/run/survey.hpp"

namespace pkgkiln {

/// The pipeline: publish what earlier runs could not, plan, and remove what they left in the
/// engine; make the builder image if anything is to be built, find out what depends on what, build
/// in that order and several at once, publish, record, and keep no more for later than is wanted.
/// Whatever happens to one target, those that don't depend on it go on. Until something is to be
/// built it doesn't matter whether there is an engine. Holds nothing; the caller holds the RunLock.
class Run {
 public:
  using Parts = RunParts;

  /// The listener outlives it.
  Run(const Parts& parts, Listener& listener);
  ~Run();

  /// One result a target, in the given order. Throws Error only for what concerns all targets: the
  /// state; builds that run then go on to their end first.
  std::vector<BuildRecord> build(const std::vector<Target>& targets, const KnownTargets& known,
                                 bool refresh_image, const Cancellation& cancel);
  /// What kept all that was to be built from being begun: no engine, or no builder image.
  const std::optional<Error>& obstacle() const { return obstacle_; }

 private:
  void remove_leftovers();
  struct Prepared {
    std::string image;  // the builder image's id
    Distribution distribution;
  };
  /// What is needed of an engine; nothing when that can't be had, which is the obstacle.
  std::optional<Prepared> prepare(bool builds, bool refresh, const KnownTargets& known,
                                  const Cancellation& cancel);
  /// By plan; of those that need a build there is none yet.
  using Results = std::vector<std::optional<BuildRecord>>;
  std::vector<BuildRecord> build_nothing(const std::vector<Plan>& plans, Results settled);
  /// Holds caches, logs and records to their limits.
  void tidy();
  std::string prepare_image(bool refresh, const Cancellation& cancel);
  /// Kept in the state directory, so that each builder image is asked once.
  Distribution distribution_of(const std::string& image, const KnownTargets& known,
                               const Cancellation& cancel);
  std::vector<BuildRecord> build_in_order(const std::vector<Plan>& plans, Results settled,
                                          TargetBuilder& builder, const Cancellation& cancel);
  Prospect prospect(const Plan& plan, const TargetBuilder& builder) const;
  /// Of one that needs no building, or can't be built.
  std::optional<BuildRecord> settled(const Plan& plan) const;
  /// All that was told of is heard, and all logs are delivered or kept.
  void finish_telling();

  Parts parts_;
  std::optional<LogDelivery> logs_;
  Events events_;
  Recorder recorder_;
  SpoolPublisher publisher_;
  std::optional<Error> obstacle_;
};

}  // namespace pkgkiln
