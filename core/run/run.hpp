#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/events/log_delivery.hpp"
#include "core/job/build_record.hpp"
#include "core/run/build_queue.hpp"
#include "core/run/parts.hpp"
#include "core/run/target_builder.hpp"

namespace pkgkiln {

/// The pipeline: publish what earlier runs could not, plan, and remove what they left in the
/// engine; make the builder image if anything is to be built; inspect, build and publish several at
/// once, each after what it depends on; record, and keep no more for later than is wanted.
/// Whatever happens to one target, those that don't depend on it go on. Until something is to be
/// built it doesn't matter whether there is an engine. Holds nothing; the caller holds the RunLock.
class Run {
 public:
  /// The listener outlives it.
  Run(const RunParts& parts, Listener& listener);
  ~Run();

  /// What the distribution has, by the builder image that was made last; makes one if there was
  /// none. Nothing when that can't be had.
  std::optional<pacman::Distribution> distribution(const Cancellation& cancel);

  /// One result a target, in the given order. Throws Error only for what concerns all targets: the
  /// state; builds that run then go on to their end first.
  std::vector<BuildRecord> build(std::vector<Target> targets, KnownTargets known,
                                 bool refresh_image, const Cancellation& cancel);
  /// What had ended when build() threw. Asked again it gives nothing.
  std::vector<BuildRecord> take_results();
  /// What kept builds from being begun: no engine, no builder image, or no key that signs.
  const std::optional<Error>& obstacle() const { return obstacle_; }

 private:
  /// Of all repositories; what can't be is an obstacle.
  void mend_repositories();
  /// Ends those to be built whose repository can't be published to, as is known before; the reason
  /// is an obstacle.
  void hold_unpublishable(std::vector<Job>& jobs);
  void remove_leftovers();
  struct Prepared {
    std::string image;  // the builder image's id
    pacman::Distribution distribution;
  };
  /// What is needed of an engine; nothing when that can't be had, which is the obstacle.
  std::optional<Prepared> prepare(bool builds, bool refresh, const Cancellation& cancel);
  void forget_gone(const std::vector<Target>& known);
  /// Ends those that need no build, or can't be built.
  void settle(std::vector<Job>& jobs);
  void build_nothing(std::vector<Job>& jobs);
  /// Holds caches, logs and records to their limits.
  void tidy();
  std::string prepare_image(bool refresh, const Cancellation& cancel);
  void build_in_order(std::vector<Job>& jobs, TargetBuilder& builder, const Cancellation& cancel);
  /// All that was told of is heard, and all logs are delivered or kept.
  void finish_telling();

  RunParts parts_;
  std::optional<LogDelivery> logs_;
  Events events_;
  Recorder recorder_;
  SpoolPublisher publisher_;
  std::vector<Job> jobs_;
  std::optional<Error> obstacle_;
};

}  // namespace pkgkiln
