#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/builder/package_build.hpp"
#include "core/run/build_order.hpp"
#include "core/run/package_owners.hpp"
#include "core/run/recorder.hpp"
#include "core/run/spool_publisher.hpp"

namespace pkgkiln {

/// A target whose build was begun, and ended or is to go on.
struct Begun {
  BuildRecord record;                  // all of it, if the build ended
  std::optional<Inspected> inspected;  // for the build to go on with
};

/// How one target is built, published and recorded. Thread-safe; each target in one thread at a
/// time.
class TargetBuilder {
 public:
  /// `image` is the builder image's id, `distribution` what it installs from.
  TargetBuilder(const RunParts& parts, SpoolPublisher& publisher, Events& events, std::string image,
                KnownTargets known, Distribution distribution);

  /// What became of its last build, if it may not be tried again with this builder image.
  std::optional<BuildRecord> held_back(const Plan& plan) const;
  /// The first stage alone; one that ends here is recorded.
  Begun survey(const Plan& plan, const Cancellation& cancel);
  /// All of it, or what is left, when it is its turn.
  BuildRecord build(const Plan& plan, const std::optional<Begun>& begun, const BuildTurn& turn,
                    const Cancellation& cancel);
  /// Who may publish what.
  PackageOwners& owners() { return owners_; }
  /// What targets offer in this run, for hints: before the first build.
  void know(std::vector<OrderNode> nodes) { nodes_ = std::move(nodes); }
  /// Forgets a build that isn't to go on.
  static void drop(const Begun& begun);

  /// How many targets may be looked into or built at once.
  std::size_t jobs() const { return parts_.capacity.jobs; }

 private:
  bool may_publish_now(const BuildRecord& last, const Target& target) const;
  BuildRecord begin(const Plan& plan);
  BuildOutcome build_packages(const Plan& plan, BuildRecord& record,
                              const std::optional<Begun>& begun, const BuildTurn& turn,
                              const std::filesystem::path& output_dir, const Cancellation& cancel);
  BuildJob job(const Plan& plan, const BuildRecord& record, PackagingSource& source, BuildLog& log);
  /// When a build of this target that begins now is to be said to have begun: now, but a server
  /// knows logs by their second, so not in or before that of the target's last build.
  std::chrono::system_clock::time_point start_of(const Target& target) const;
  void tell_begun(const Plan& plan, const BuildRecord& record);
  /// The run may make more logs than there is to be room for.
  void make_room_for_logs(const std::filesystem::path& log);
  void hint_at_versions(BuildRecord& record) const;
  std::optional<std::string> other_version(const pacman::Dependency& dependency,
                                           const std::string& repository) const;

  RunParts parts_;
  SpoolPublisher& publisher_;
  Events& events_;
  Recorder recorder_;
  PackageOwners owners_;
  std::string image_;
  std::vector<OrderNode> nodes_;

  std::mutex logs_mutex_;
  std::set<std::filesystem::path> logs_in_use_;
  std::uint64_t logged_ = 0;  // bytes, since there was room last
};

}  // namespace pkgkiln
