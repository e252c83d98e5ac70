#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "core/plan/plan.hpp"
#include "core/run/observer.hpp"
#include "core/run/parts.hpp"
#include "core/run/result.hpp"
#include "core/state/spool.hpp"

namespace pkgkiln {

/// Publishes sealed batches of the spool, and records what became of their builds. Thread-safe,
/// but for publish_pending().
class SpoolPublisher {
 public:
  SpoolPublisher(const RunParts& parts, RunObserver& observer);

  const Spool& spool() const { return spool_; }

  /// What earlier runs could not publish.
  void publish_pending(const Cancellation& cancel);
  /// Unpublished again, if this very build of the target waits in the spool still.
  std::optional<TargetResult> still_waiting(const Plan& plan) const;

  /// Puts what comes of it into the result, whose record is the batch's. The packages are those of
  /// the batch as this run made and read them.
  void publish(const Spool::Batch& batch, const std::vector<pacman::PackageArchive>& packages,
               TargetResult& result);

 private:
  using Packages = std::function<std::vector<pacman::PackageArchive>()>;
  void attempt(const Spool::Batch& batch, const Packages& packages, TargetResult& result);

  RunParts parts_;
  RunObserver& observer_;
  Spool spool_;
  std::vector<TargetResult> waiting_;  // could not be published at the start either
};

}  // namespace pkgkiln
