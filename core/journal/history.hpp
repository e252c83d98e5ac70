#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/job/build_record.hpp"
#include "core/journal/state_dir.hpp"
#include "core/journal/target_state.hpp"
#include "core/targets/target.hpp"
#include "core/targets/target_names.hpp"

namespace pkgkiln {

struct Job;

/// A package that a target made before.
struct FormerPackage {
  std::string target;
  RecordedFile file;

  bool operator==(const FormerPackage&) const = default;
};

/// What makepkg said of a PKGBUILD.
struct RecordedInspection {
  std::string tree;    // of the directory that it was read from
  bool moves = false;  // it has a pkgver()
  std::string srcinfo;

  bool operator==(const RecordedInspection&) const = default;
};

/// What a repository's branch named when it was asked.
struct RecordedTip {
  std::string mark;  // of what was told of the repository in another way before it was asked
  std::string ref, commit;
  std::chrono::system_clock::time_point asked;

  bool operator==(const RecordedTip&) const = default;
};

/// The size and last use of a target's own cache.
struct RecordedCache {
  std::string volume;
  std::uint64_t bytes = 0;
  std::chrono::system_clock::time_point used;

  bool operator==(const RecordedCache&) const = default;
};

/// A container that stays when its build has failed, so that somebody can look into it; or that a
/// shell is in.
struct KeptContainer {
  std::string container;  // its name, and that of its volume
  std::string target;
  std::string build;  // id; empty: it was made for a shell, and goes with it
  std::map<std::string, std::string> environment;  // of builder, without proxies
  std::chrono::system_clock::time_point since;

  bool operator==(const KeptContainer&) const = default;
};

/// What was built, in SQLite (WAL). Thread-safe.
class History {
 public:
  /// What to do with a damaged database. Only the holder of the RunLock may put it aside (as
  /// state.db.damaged-<time>; `notice()` says so), since a run may be writing to it.
  enum class IfDamaged { refuse, put_aside };

  /// Throws Error if it can't be used, and always if a newer version wrote it, which is no damage.
  explicit History(const StateDir& state, IfDamaged if_damaged = IfDamaged::refuse);
  ~History();

  /// Recording a build again replaces its record, and keeps its place in the order.
  void record(const BuildRecord& build);
  /// The newest of that target with status "built" or "up-to-date".
  std::optional<BuildRecord> last_good(const std::string& target) const;
  /// The newest of that target with status "built", to estimate what a build takes.
  std::optional<BuildRecord> last_built(const std::string& target) const;
  /// The newest of that target with any status but "blocked".
  std::optional<BuildRecord> last(const std::string& target) const;
  /// How often the target failed or timed out since its newest good build, with the same files,
  /// image and conditions as `like`.
  std::int64_t failures(const BuildRecord& like) const;
  /// The target whose latest good build made this pkgname for that repository, if any. A target
  /// that built it is preferred to one that only found it published.
  std::optional<std::string> owner_of(const std::string& pkgname,
                                      const std::string& repository) const;
  struct Maker {
    std::string repository, pkgname, target, url, branch, path;
  };
  /// For each repository and pkgname the target that built it last, one that makes it still if
  /// there is one.
  std::vector<Maker> makers() const;
  /// Whether a good build of the same target was recorded after this one was.
  bool is_superseded(const BuildRecord& build) const;
  /// The digests of the files of that name that builds made for that repository.
  std::vector<std::string> made(const std::string& file_name, const std::string& repository) const;
  /// Packages that a target published there, but that neither its newest build there nor any other
  /// target makes.
  std::vector<FormerPackage> former_packages(const std::string& repository) const;
  /// Forgets builds that ended before that time, except those that decisions need: of each target
  /// the newest, and for each repository the newest good and the newest built one; and the newest
  /// that made each package.
  void forget_builds(std::chrono::system_clock::time_point before);

  /// Of a target, or "" for all: the newest first, `most` at most.
  std::vector<BuildRecord> builds(const std::string& target, std::size_t most) const;
  /// The same of one target, without their lists.
  std::vector<PastBuild> past_builds(const std::string& target, std::size_t most) const;
  /// Those of all targets that failed, or made another version than was there before, without their
  /// lists.
  std::vector<BuildRecord> news(std::size_t most) const;
  /// For each target with builds a text that changes when what is recorded of them does.
  std::map<std::string, std::string> build_marks() const;

  using Time = std::chrono::system_clock::time_point;
  /// How the targets of these jobs, which have ended, stand now. Where they were interrupted they
  /// stand as before.
  void record_attempts(const std::vector<const Job*>& jobs,
                       Time now = std::chrono::system_clock::now());
  /// Packages of that target which waited in the spool are published now.
  void record_late_publication(const std::string& target,
                               Time now = std::chrono::system_clock::now());
  /// How each target stands, by name.
  std::vector<TargetState> states() const;
  /// Forgets how those stand that are no targets any more.
  void forget_states(const std::function<bool(const std::string& target)>& is_target);

  /// Replaces what was recorded of this run.
  void record_run(const RunRecord& run);
  enum class Runs {
    all,
    with_work,  // all but those that ended well since nothing was due
  };
  /// The newest first, `most` at most.
  std::vector<RunRecord> runs(std::size_t most, Runs which = Runs::all) const;

  /// Replaces what was recorded for the target.
  void record_inspection(const std::string& target, const RecordedInspection& inspection);
  std::optional<RecordedInspection> inspection(const std::string& target) const;
  void forget_inspection(const std::string& target);

  /// Replaces what was recorded for the repository's default branch. The URL holds no password.
  void record_tip(const std::string& url, const RecordedTip& tip);
  std::optional<RecordedTip> tip(const std::string& url) const;

  /// Records that a build used this volume. Without `bytes` its recorded size stays.
  void record_cache(const std::string& volume, std::optional<std::uint64_t> bytes,
                    std::chrono::system_clock::time_point used);
  /// All recorded caches, ordered by their last use.
  std::vector<RecordedCache> caches() const;
  void forget_cache(const std::string& volume);

  void record_kept(const KeptContainer& kept);
  /// The newest first.
  std::vector<KeptContainer> kept() const;
  void forget_kept(const std::string& container);

  const std::string& notice() const { return notice_; }

 private:
  struct Database;
  struct Query;
  std::string notice_;  // before the database, which writes it when it is opened
  std::unique_ptr<Database> database_;
};

/// The name of each target in the history of this state directory, read without a lock and without
/// changing anything. None if there is no history, or a damaged one. Throws Error if it can't be
/// read, since names would change.
RememberedNames remembered_names(const std::filesystem::path& state_dir);

}  // namespace pkgkiln
