#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "core/events/events.hpp"
#include "core/job/build_record.hpp"
#include "core/job/job.hpp"
#include "core/publish/spool.hpp"
#include "core/run/package_owners.hpp"
#include "core/run/parts.hpp"

namespace pkgkiln {

/// Publishes sealed batches of the spool. Thread-safe, but for publish_pending().
class SpoolPublisher {
 public:
  /// Both outlive it.
  SpoolPublisher(const RunParts& parts, Events& events)
      : parts_(parts), events_(events), spool_(parts.state.spool()) {}

  const Spool& spool() const { return spool_; }

  /// What earlier runs could not publish. A batch is dropped, and that is told, when its target has
  /// had a good build since or goes to another repository now, or when another target owns a
  /// package of it.
  void publish_pending(const KnownTargets& known, const Cancellation& cancel);
  /// Drops what its repository refused of targets that turn out to be up to date without it.
  void drop_needless(const std::vector<Job>& jobs);
  /// What came of it again, if this very build of the target waits in the spool still and nothing
  /// but the repository can change that.
  std::optional<BuildRecord> still_waiting(const Job& job) const;

  /// Puts what comes of it into the result, which is the batch's record. The packages are those of
  /// the batch as this run made and read them. What waited of earlier builds of the target is
  /// dropped first: it could only put an older version over this one.
  void publish(const Spool::Batch& batch, const Target& target,
               const std::vector<pacman::PackageArchive>& packages, BuildRecord& result);
  /// Of packages that the target makes no more: takes them out, where that is wished. Once the
  /// build is recorded.
  void look_after_former(const BuildRecord& build);

 private:
  std::string why_unwanted(const BuildRecord& build, const Target& target,
                           const KnownTargets& known) const;
  using Packages = std::function<std::vector<pacman::PackageArchive>()>;
  void attempt(const Spool::Batch& batch, const Target& target, const Packages& packages,
               BuildRecord& result);
  Published put(const BuildRecord& build, Target target,
                const std::vector<pacman::PackageArchive>& packages);
  void tell(const Published& published, const BuildRecord& build);
  void drop(const Spool::Batch& batch, const std::string& why);

  const RunParts& parts_;
  Events& events_;
  Spool spool_;
  struct Waiting {
    Spool::Batch batch;
    BuildRecord result;
  };
  std::vector<Waiting> waiting_;  // could not be published at the start either
};

}  // namespace pkgkiln
