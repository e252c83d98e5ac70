#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace pkgkiln {

/// The layout of the state directory. All of it but the ledger may be deleted between runs: that
/// costs time, never correctness (but packages that wait in spool/ would be built again).
///
///     state.db                       history (SQLite)
///     ledger.db                      what must last: see Ledger (SQLite)
///     ledger.db.made                 that there is one
///     lock                           held by the run
///     shells                         has a byte for each kept container that a shell is in, locked
///     instance                       random id that marks what this directory's runs make
///     logs/<target>/<build>.log
///     logs/.builder-image/<run>.log  (no target has such a name)
///     mirrors/<digest of a URL>/     what was fetched of packaging repositories
///     aur                            what the AUR told of the packages that are listed
///     distribution                   what the builder image's repositories hold
///     spool/<target>/<build>/        packages built and not yet published
///     verify/                        packages and mirrors, while packages are built to be compared
///     undelivered/<target>/          builds whose log a server is to have
class StateDir {
 public:
  /// Makes it (mode 0700) with its parents. Throws Error when it can't be made or written to.
  explicit StateDir(std::filesystem::path root);

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path database() const { return root_ / "state.db"; }
  std::filesystem::path ledger() const { return root_ / "ledger.db"; }
  std::filesystem::path log(const std::string& target, const std::string& build) const;
  std::filesystem::path image_log(const std::string& run) const;
  std::filesystem::path logs() const { return root_ / "logs"; }
  std::filesystem::path mirrors() const { return root_ / "mirrors"; }
  std::filesystem::path undelivered() const { return root_ / "undelivered"; }
  std::filesystem::path undelivered(const std::string& target) const;
  std::filesystem::path spool() const { return root_ / "spool"; }
  std::filesystem::path verification() const { return root_ / "verify"; }
  /// See pacman::Distribution.
  std::filesystem::path distribution() const { return root_ / "distribution"; }
  /// 12 hex digits, made at the very first call and stored.
  std::string instance() const;

 private:
  std::filesystem::path root_;
};

/// The entries of a directory, sorted by name; none if it can't be read.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& directory);

/// One run at a time per state directory: an flock on `lock`, released when the process ends,
/// however it ends. Throws LockedError that names the holder's process id.
class RunLock {
 public:
  /// For a run, or only to look at what changed, which takes little time.
  enum class For { run, look };

  /// A run waits for a look to end, up to a minute; nobody waits for a run.
  explicit RunLock(const StateDir& state, For what = For::run,
                   const Cancellation& cancel = Cancellation::never());

 private:
  UniqueFd fd_;
};

/// One shell at a time in a kept container, since the first to leave it stops it: released when the
/// process ends, however it ends. Throws Error while another has it.
class ShellLock {
 public:
  ShellLock(const StateDir& state, const std::string& container);

 private:
  UniqueFd fd_;
};

/// Whether a run has the lock, and not one that only looks. Disturbs nobody.
bool is_run_going_on(const StateDir& state);

}  // namespace pkgkiln
