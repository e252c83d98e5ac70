#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/file.hpp"
#include "core/publish/repository.hpp"
#include "core/publish/repository_lock.hpp"
#include "core/repodb/edited_database.hpp"
#include "core/repodb/repository_database.hpp"
#include "core/sign/signer.hpp"

namespace pkgkiln {

/// What is wrong with a file of a repository.
struct RepositoryProblem {
  std::string file, what;

  bool operator==(const RepositoryProblem&) const = default;
};

/// A directory that pacman can use as `Server = file://<root>/$repo/$arch`, also behind any web
/// server:
///
///     <root>/<repo>/<arch>/<repo>.db -> <repo>.db.tar.gz, <repo>.files, the package files
///
/// as repo-add(8) lays it out. A database that repo-add made in another compression keeps that, and
/// entries that can't be parsed stay as they are. Packages of arch `any` go into the directory of
/// the machine's arch, and are looked for there. Files and databases are staged and renamed, under
/// a lock that repo-add respects too, databases last, so a reader never sees an entry without its
/// file. The file of a replaced version is removed afterwards. With a signer, each package and
/// database has its signature beside it, as <file>.sig; entries have no %PGPSIG%, which pacman does
/// not miss since version 6.
class LocalRepository : public Repository {
 public:
  /// `arch` is the machine's. The constructor touches nothing; the first publication makes the
  /// directories (mode 0755, files 0644: pacman 7 downloads as user alpm). Calls that wait for a
  /// lock, or publish, throw Cancelled when `cancel` asks. The signer outlives it.
  LocalRepository(std::string name, std::filesystem::path root, std::string arch,
                  Cancellation cancel = Cancellation::never(), Signer* signer = nullptr);

  const std::string& name() const override { return name_; }
  bool contains(const pacman::PackageFileName& file) override;
  /// Knows what was published a moment ago: the database is read again when it changes.
  std::optional<ListedFile> listed(const pacman::PackageFileName& file) override;
  /// As fresh, by facts.
  std::optional<pacman::DatabaseEntry> entry(const std::string& pkgname) override;
  Published publish(const std::vector<pacman::PackageArchive>& packages,
                    const Terms& terms = {}) override;
  /// By files: a database with just the packages that are needed, and these packages.
  std::optional<Offer> offer(const std::vector<std::string>& dependencies) override;
  void check() override;
  std::vector<std::string> mend() override;
  void expect_publication() override;
  void sign_all(const SigningListener& tell) override;
  bool can_withdraw() const override { return true; }
  void withdraw(const OwnFile& file) override;
  std::vector<Removable> leftovers(const Made& made,
                                   const std::vector<OwnFile>& withdrawn) override;

  /// All entries that can be parsed, by pkgname, without their texts.
  std::vector<pacman::DatabaseEntry> packages();
  /// The files of each of these packages that is there, as the database says ("usr/bin/foo"):
  /// sorted, directories end in '/'.
  std::map<std::string, std::vector<std::string>> files_of(
      const std::vector<std::string>& pkgnames) const;
  /// Compares both databases, the package files and, with a signer, the signatures, all of which it
  /// reads to their ends. What changes meanwhile is no problem.
  std::vector<RepositoryProblem> examine();

  /// Whether there is a signer, and a signature beside all that is there. Asks no gpg.
  bool is_signed();

  /// <root>/<repo>/<arch>
  std::filesystem::path directory() const override;

 private:
  /// The path of the database of that form ("db", "files").
  std::filesystem::path database(const std::string& form) const;
  enum class Texts { keep, drop };
  pacman::RepositoryDatabase read(const std::string& form, Texts texts = Texts::keep) const;
  struct Edited {
    pacman::EditedDatabase db, files;
  };
  /// Both databases, which hold the same packages. Call it with the lock held.
  Edited edit() const;
  /// Call it with the lock held, in an existing directory.
  Published publish_locked(const RepositoryLock& lock,
                           const std::vector<pacman::PackageArchive>& packages, const Terms& terms);
  /// Signs a package of ours or of others, if its content is that of its entry. Returns whether
  /// that was needed.
  bool sign_package(const pacman::DatabaseEntry& entry);
  static bool seems_signed(const DatabaseFiles& files);
  std::ptrdiff_t unsigned_packages();
  /// Empty when its file is what it says.
  std::string problem_of(const pacman::DatabaseEntry& entry);
  /// Call it while nothing is published.
  void compare_databases(std::vector<RepositoryProblem>& found);
  void write(const RepositoryLock& lock, pacman::EditedDatabase& db,
             pacman::EditedDatabase& files) const;
  void remove_leftovers_of(const std::vector<pacman::PackageArchive>& packages, const Terms& terms,
                           Published& published) const;
  /// What the current database says about the packages, without its texts.
  std::shared_ptr<const pacman::RepositoryDatabase> facts();
  /// Whether its file is there, with the right size.
  bool has_file(const pacman::DatabaseEntry& entry) const;

  std::string name_;
  std::filesystem::path root_;
  std::string arch_;
  Cancellation cancel_;
  Signer* signer_;

  // What was read last, used while the file is the same: a run asks for every package.
  std::mutex mutex_;
  std::optional<FileStamp> stamp_;
  std::shared_ptr<const pacman::RepositoryDatabase> facts_;
};

}  // namespace pkgkiln
