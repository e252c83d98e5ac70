#pragma once

#include <filesystem>
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

namespace pkgkiln {

/// A directory that pacman can use as `Server = file://<root>/$repo/$arch`, also behind any web
/// server:
///
///     <root>/<repo>/<arch>/<repo>.db -> <repo>.db.tar.gz, <repo>.files, the package files
///
/// as repo-add(8) lays it out; one that repo-add began in another compression keeps that, and
/// entries that aren't understood stay as they are. Packages of arch `any` go into the directory of
/// the machine's arch (and are looked for there). Files and databases are made beside and renamed,
/// under a lock that repo-add respects too, databases last, so a reader never sees an entry without
/// its file. The file of a version that was replaced is removed after.
class LocalRepository : public Repository {
 public:
  /// `arch` is the machine's. Nothing is touched before the first call; directories are made when
  /// first published to (mode 0755, files 0644: pacman 7 downloads as user alpm). What waits for
  /// another's lock there, or publishes, throws Cancelled when `cancel` asks.
  LocalRepository(std::string name, std::filesystem::path root, std::string arch,
                  Cancellation cancel = Cancellation::never());

  const std::string& name() const override { return name_; }
  bool contains(const pacman::PackageFileName& file) override;
  /// Also what was published a moment ago: the database is read anew when it is another one.
  std::optional<ListedFile> listed(const pacman::PackageFileName& file) override;
  /// With its desc.
  std::optional<pacman::DatabaseEntry> entry(const std::string& pkgname) override;
  Published publish(const std::vector<pacman::PackageArchive>& packages,
                    const Terms& terms = {}) override;
  /// By files: a database of just what is asked for, and those packages.
  std::optional<Offer> offer(const std::vector<std::string>& dependencies) override;
  void check() override;
  bool can_withdraw() const override { return true; }
  void withdraw(const OwnFile& file) override;
  std::vector<Removable> leftovers(const Made& made,
                                   const std::vector<OwnFile>& withdrawn) override;

  /// <root>/<repo>/<arch>
  std::filesystem::path directory() const;

 private:
  /// Where the database of that form ("db", "files") is.
  std::filesystem::path database(const std::string& form) const;
  enum class Texts { keep, drop };
  pacman::RepositoryDatabase read(const std::string& form, Texts texts = Texts::keep) const;
  struct Edited {
    pacman::EditedDatabase db, files;
  };
  /// Both databases, which hold the same packages; locked.
  Edited edit() const;
  /// With the lock held and the directory there.
  Published publish_locked(const RepositoryLock& lock,
                           const std::vector<pacman::PackageArchive>& packages, const Terms& terms);
  void remove_leftovers_of(const std::vector<pacman::PackageArchive>& packages, const Terms& terms,
                           Published& published) const;
  /// What the database says of the packages, without its texts; as it is now.
  std::shared_ptr<const pacman::RepositoryDatabase> facts();
  /// Whether its file is there, in the size that it should have.
  bool has_file(const pacman::DatabaseEntry& entry) const;

  std::string name_;
  std::filesystem::path root_;
  std::string arch_;
  Cancellation cancel_;

  // What was read last, as long as the file is the same: a run asks for every package.
  std::mutex mutex_;
  std::optional<FileStamp> stamp_;
  std::shared_ptr<const pacman::RepositoryDatabase> facts_;
};

}  // namespace pkgkiln
