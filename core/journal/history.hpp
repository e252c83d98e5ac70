#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/job/build_record.hpp"
#include "core/journal/state_dir.hpp"
#include "core/targets/target.hpp"
#include "core/targets/target_names.hpp"

namespace pkgkiln {

/// A package that a target made once.
struct FormerPackage {
  std::string target;
  RecordedFile file;

  bool operator==(const FormerPackage&) const = default;
};

/// What makepkg said of a PKGBUILD.
struct RecordedInspection {
  std::string tree;    // of which: names the content of its directory
  bool moves = false;  // it has a pkgver()
  std::string srcinfo;

  bool operator==(const RecordedInspection&) const = default;
};

/// The target's own cache as a build of it left it.
struct RecordedCache {
  std::string volume;
  std::uint64_t bytes = 0;
  std::chrono::system_clock::time_point used;

  bool operator==(const RecordedCache&) const = default;
};

/// What was built, in SQLite (WAL). Thread-safe.
class History {
 public:
  /// What becomes of a damaged database. Only who holds the RunLock may put it aside (as
  /// state.db.damaged-<time>, and `notice()` says so): a run may write to it.
  enum class IfDamaged { refuse, put_aside };

  /// Throws Error when it can't be used; always when a newer version wrote it, which is no damage.
  explicit History(const StateDir& state, IfDamaged if_damaged = IfDamaged::refuse);
  ~History();

  /// A build that is recorded already keeps its place among the others.
  void record(const BuildRecord& build);
  /// The newest of that target with status "built" or "up-to-date".
  std::optional<BuildRecord> last_good(const std::string& target) const;
  /// The newest of that target with status "built": what a build of it takes.
  std::optional<BuildRecord> last_built(const std::string& target) const;
  /// The newest of that target that was tried, whatever became of it: not one that was blocked.
  std::optional<BuildRecord> last(const std::string& target) const;
  /// How often the target failed or timed out since its newest good build as it did in `like`: at
  /// its commit, with its image and under its conditions.
  std::int64_t failures(const BuildRecord& like) const;
  /// The target whose latest good build made this pkgname for that repository, if any. One that
  /// built it comes before one that only found it published.
  std::optional<std::string> owner_of(const std::string& pkgname,
                                      const std::string& repository) const;
  /// Whether this target, or one of the same PKGBUILD that had another name, has built this pkgname
  /// for its repository.
  bool has_built(const Target& target, const std::string& pkgname) const;
  /// Whether a good build of the same target was recorded after this one was.
  bool is_superseded(const BuildRecord& build) const;
  /// The digests of the files of that name that builds made for that repository.
  std::vector<std::string> made(const std::string& file_name, const std::string& repository) const;
  /// Packages that a target's builds published there, and its newest there made no more; nor does
  /// any other target.
  std::vector<FormerPackage> former_packages(const std::string& repository) const;
  /// Forgets builds that ended before that, but for those that the next decisions rest on: each
  /// target's newest, its newest good one and its newest built one for each repository, and the
  /// newest that made each package.
  void forget_builds(std::chrono::system_clock::time_point before);

  /// In the place of what was recorded for the target before.
  void record_inspection(const std::string& target, const RecordedInspection& inspection);
  std::optional<RecordedInspection> inspection(const std::string& target) const;
  void forget_inspection(const std::string& target);

  /// That a build used this volume; without `bytes` it is believed to be as large as before.
  void record_cache(const std::string& volume, std::optional<std::uint64_t> bytes,
                    std::chrono::system_clock::time_point used);
  /// All that are recorded, the one that was used last at the end.
  std::vector<RecordedCache> caches() const;
  void forget_cache(const std::string& volume);

  const std::string& notice() const { return notice_; }

 private:
  struct Database;
  struct Query;
  std::string notice_;  // before the database, which writes it when it is opened
  std::unique_ptr<Database> database_;
};

/// What the history in this state directory calls each target that was built or found there, read
/// without a lock and without changing anything. None when there is no history, or no sound one.
/// Throws Error when it can't be read: names would change.
RememberedNames remembered_names(const std::filesystem::path& state_dir);

}  // namespace pkgkiln
