#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "core/builder/kept_containers.hpp"
#include "core/builder/package_build.hpp"
#include "core/run/package_owners.hpp"
#include "core/run/recorder.hpp"
#include "core/run/spool_publisher.hpp"

namespace pkgkiln {

/// How one job is looked at, inspected, built, published and recorded. Thread-safe; each job in one
/// thread at a time.
class TargetBuilder {
 public:
  /// `image` is the builder image's id, `distribution` what it installs from. The rest outlives it.
  TargetBuilder(const RunParts& parts, SpoolPublisher& publisher, Events& events, std::string image,
                KnownTargets known, const pacman::Distribution& distribution);

  /// Before anything is done about any job: what its last build took, whether it may not be tried
  /// again with this builder image, and what it offers and needs, as far as the host knows.
  void look_at(Job& job);
  /// The first step of its build alone; one that ends here is recorded.
  void inspect(Job& job, const Cancellation& cancel);
  /// All of it, or what is left, when it has its slot.
  void build(Job& job, const BuildSlot& slot, const Cancellation& cancel);
  /// It ends without a build. The verdict has a status, step, why and hint; or it is the record of
  /// an earlier run, which holds this job back.
  void conclude(Job& job, const BuildRecord& verdict);
  /// Who may publish what.
  PackageOwners& owners() { return owners_; }

 private:
  std::shared_ptr<BuildRecord> held_back(const Job& job) const;
  bool may_publish_now(const BuildRecord& last, const Target& target) const;
  void begin(Job& job);
  void remove_kept(const KeptContainers::Choice& chosen);
  BuildOutcome build_packages(Job& job, const BuildSlot& slot,
                              const std::filesystem::path& output_dir, const Cancellation& cancel);
  BuildContext context(Job& job, PackagingSource& source, BuildLog& log);
  BuildLog::Watcher watcher(const Job& job);
  /// What the build found and took, however it ended.
  void note(Job& job, const PackageBuild& build, BuildLog& log);
  /// When a build of this target that begins now is to be said to have begun: now, but a server
  /// knows logs by their second, so not in or before that of the target's last build.
  std::chrono::system_clock::time_point start_of(const Target& target) const;
  /// Says beside each package how it was made.
  void write_provenance(const Job& job, const PackagingSource& source,
                        const std::vector<pacman::PackageArchive>& packages);
  void tell_begun(const Job& job);
  /// The run may make more logs than there is to be room for.
  void make_room_for_logs(const std::filesystem::path& log);
  void hint_at_versions(BuildRecord& record) const;
  std::optional<std::string> other_version(const pacman::Dependency& dependency,
                                           const std::string& repository) const;

  const RunParts& parts_;
  SpoolPublisher& publisher_;
  Events& events_;
  Recorder recorder_;
  KeptContainers kept_;
  std::mutex kept_mutex_;
  PackageOwners owners_;
  std::string image_;
  std::pair<std::string, std::string> base_;  // of the builder image: name and digest

  std::mutex logs_mutex_;
  std::set<std::filesystem::path> logs_in_use_;
  std::uint64_t logged_ = 0;  // bytes, since there was room last
};

}  // namespace pkgkiln
