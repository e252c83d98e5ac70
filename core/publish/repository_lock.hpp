#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/file.hpp"

namespace pkgkiln {

/// How the databases of a local repository are called: "<repo>.db" is a link to "<repo>.db.tar.gz",
/// or to what repo-add(8) was told to write when the repository began (".tar.zst", ".tar").
class DatabaseFiles {
 public:
  /// As they are now; ".tar.gz" where there are none yet. Throws Error when they can't be looked
  /// at.
  DatabaseFiles(std::filesystem::path directory, std::string repository);

  /// `form` is "db" or "files".
  std::filesystem::path link(const std::string& form) const;
  std::filesystem::path archive(const std::string& form) const;
  const std::string& ending() const { return ending_; }
  /// Databases beside the one that the link leads to: repo-add would go on from what they hold.
  std::vector<std::string> stale() const;

  bool operator==(const DatabaseFiles&) const = default;

 private:
  std::string found_ending() const;

  std::filesystem::path directory_;
  std::string repository_;
  std::string ending_;
};

/// Holds a directory of a repository alone, as long as it lives. Two locks in one: an flock on
/// ".pkgkiln.lock", at which processes and threads of ours queue, and the lock file of repo-add(8)
/// and repo-remove(8), which has the name of the database's archive ("<repo>.db.tar.gz.lck") and
/// holds the holder's pid. Both are waited for, unless Cancelled; then Error names the holder.
///
/// Who is killed leaves the lock file behind. Ours is known by its text and taken over at once,
/// since the flock went with its holder. Another's is taken over when no process of its pid is
/// there and the file is `stale_after` old: the holder may run where its pid means another.
class RepositoryLock {
 public:
  struct Times {
    std::chrono::milliseconds own_wait = std::chrono::minutes(10);
    std::chrono::milliseconds foreign_wait = std::chrono::seconds(90);
    std::chrono::milliseconds stale_after = std::chrono::seconds(60);
  };

  RepositoryLock(const std::filesystem::path& directory, const std::string& repository,
                 const Times& times, const Cancellation& cancel = Cancellation::never());
  RepositoryLock(const RepositoryLock&) = delete;
  RepositoryLock& operator=(const RepositoryLock&) = delete;
  ~RepositoryLock();

  /// How the databases are called as long as this lives.
  const DatabaseFiles& files() const { return files_; }

 private:
  UniqueFd queue_;
  DatabaseFiles files_;
  std::filesystem::path lock_file_;
};

/// Keeps every RepositoryLock of that directory waiting as long as this lives, so that no file goes
/// away; any number of these may live at once. Where none can be had, since nobody has published
/// there or it is not ours, nothing is kept. Throws Error when a publication holds it up too long.
class RepositoryHold {
 public:
  RepositoryHold(const std::filesystem::path& directory, std::chrono::milliseconds wait,
                 const Cancellation& cancel = Cancellation::never());

 private:
  UniqueFd queue_;
};

}  // namespace pkgkiln
