#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/package/package_archive.hpp"
#include "core/publish/file_placement.hpp"
#include "core/publish/repository.hpp"
#include "core/publish/repository_lock.hpp"
#include "core/repodb/edited_database.hpp"

namespace pkgkiln {

/// One set of packages on its way into a directory of a LocalRepository, which is locked as long
/// as this lives. The calls come in this order. Until the database is written nothing that pacman
/// sees has changed, and what was placed is removed again when this ends before.
class Publication {
 public:
  Publication(std::filesystem::path directory, std::string repository, const DatabaseFiles& files,
              const std::vector<pacman::PackageArchive>& packages, const Terms& terms,
              const Cancellation& cancel = Cancellation::never());
  Publication(const Publication&) = delete;
  Publication& operator=(const Publication&) = delete;
  ~Publication();

  /// Throws Unpublishable when a file name is there with other content, or a version that may not
  /// be replaced. False when all is published already.
  bool check(pacman::EditedDatabase& db, pacman::EditedDatabase& files);
  /// Copies what is missing beside its place, then gives the copies their names.
  void place();
  /// Puts the entries into both databases, reads these to their end, and puts them in their place,
  /// .files first.
  void write_databases(pacman::EditedDatabase& db, pacman::EditedDatabase& files);
  /// Throws Error unless the database on disk names every package, and each file is there. Then
  /// removes the files, with their signatures, of the entries that were replaced: those that are
  /// ours, and those of somebody else that a newer version supersedes.
  Published finish() const;

 private:
  void check_entry(const pacman::DatabaseEntry& entry, const pacman::PackageArchive& package);
  void link(const std::string& form) const;
  Published remove_replaced() const;

  std::filesystem::path directory_;
  std::string repository_;
  const DatabaseFiles& database_;
  const std::vector<pacman::PackageArchive>& packages_;
  const Terms& terms_;
  Cancellation cancel_;
  std::vector<const pacman::PackageArchive*> missing_;  // files that aren't there yet
  std::vector<std::filesystem::path> placed_;           // files that no database names yet
  struct Replaced {
    std::string file_name;
    std::string by;  // "foo 2-1"
    bool ours = false;
    bool superseded = false;  // by a newer version
  };
  std::vector<Replaced> replaced_;
};

}  // namespace pkgkiln
