#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/file.hpp"

namespace pkgkiln {

/// The names of a local repository's databases: "<repo>.db" is a link to "<repo>.db.tar.gz", or to
/// what repo-add(8) was told to write when the repository began (".tar.zst", ".tar").
class DatabaseFiles {
 public:
  /// The current names; with ".tar.gz" if there are none yet. Throws Error if the directory can't
  /// be read.
  DatabaseFiles(std::filesystem::path directory, std::string repository);

  /// `form` is "db" or "files".
  std::filesystem::path link(const std::string& form) const;
  std::filesystem::path archive(const std::string& form) const;
  const std::string& ending() const { return ending_; }
  /// Other databases than the one that the link leads to. repo-add may continue from their content.
  std::vector<std::string> stale() const;

  bool operator==(const DatabaseFiles&) const = default;

 private:
  std::string found_ending() const;

  std::filesystem::path directory_;
  std::string repository_;
  std::string ending_;
};

/// Locks the directory of a repository exclusively. There are two locks: an flock on
/// ".pkgkiln.lock" for processes and threads of this program, and the lock file of repo-add(8) and
/// repo-remove(8), which is named after the database's archive ("<repo>.db.tar.gz.lck") and holds
/// its owner's pid. Waits for both; throws Cancelled, or after a time Error that names the owner.
///
/// A killed owner leaves the lock file behind. One of ours is recognized by its text and taken over
/// at once, since the flock ended with its process. Another program's is taken over if no process
/// has its pid and the file is older than `stale_after`: its owner may run in another pid
/// namespace.
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

  /// The names of the databases as long as this lives.
  const DatabaseFiles& files() const { return files_; }

 private:
  UniqueFd queue_;
  DatabaseFiles files_;
  std::filesystem::path lock_file_;
};

/// A shared lock: every RepositoryLock of that directory waits as long as this lives, so that no
/// file is removed. Any number may be held at once. If there is no lock to take, because nobody has
/// published there or the directory is not ours, it locks nothing. Throws Error if a publication
/// takes too long.
class SharedRepositoryLock {
 public:
  SharedRepositoryLock(const std::filesystem::path& directory, std::chrono::milliseconds wait,
                       const Cancellation& cancel = Cancellation::never());

 private:
  UniqueFd queue_;
};

}  // namespace pkgkiln
