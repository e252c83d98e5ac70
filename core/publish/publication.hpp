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
#include "core/sign/signer.hpp"

namespace pkgkiln {

/// Publishes one set of packages in a directory of a LocalRepository, which stays locked as long as
/// this lives. Make the calls in this order. Until the database is written, nothing that pacman
/// sees has changed; if this ends before, it removes the files that it placed. With a signer all
/// that is written has a signature, without one it has none.
class Publication {
 public:
  Publication(std::filesystem::path directory, std::string repository, const DatabaseFiles& files,
              const std::vector<pacman::PackageArchive>& packages, const Terms& terms,
              Signer* signer = nullptr, const Cancellation& cancel = Cancellation::never());
  Publication(const Publication&) = delete;
  Publication& operator=(const Publication&) = delete;
  ~Publication();

  /// Throws Unpublishable if a file of that name has other content, or if a version may not be
  /// replaced. Returns false if everything is published already.
  bool check(pacman::EditedDatabase& db, pacman::EditedDatabase& files);
  /// Stages the missing files and signatures, then renames them, what lies beside a package before
  /// it.
  void place();
  /// Writes both databases with the new entries, reads them to their end, and replaces the old
  /// ones, .files first, each followed at once by its signature.
  void write_databases(pacman::EditedDatabase& db, pacman::EditedDatabase& files);
  /// Throws Error unless the database on disk names every package, and each file is there. Then
  /// removes the files and signatures of replaced entries: all of ours, and those of others that a
  /// newer version replaces.
  Published finish() const;

 private:
  void check_entry(const pacman::DatabaseEntry& entry, const pacman::PackageArchive& package);
  std::optional<StagedFile> staged_signature(const std::filesystem::path& file) const;
  void replace(const std::string& form, StagedFile& database, std::optional<StagedFile>& signature);
  Published remove_replaced() const;

  std::filesystem::path directory_;
  std::string repository_;
  const DatabaseFiles& database_;
  const std::vector<pacman::PackageArchive>& packages_;
  const Terms& terms_;
  Signer* signer_;
  Cancellation cancel_;
  std::vector<const pacman::PackageArchive*> missing_;   // files that aren't there yet
  std::vector<const pacman::PackageArchive*> unsigned_;  // that are, without a signature
  std::vector<std::filesystem::path> placed_;            // no database names them yet
  struct Replaced {
    std::string file_name;
    std::string by;  // "foo 2-1"
    bool ours = false;
    bool superseded = false;  // by a newer version
  };
  std::vector<Replaced> replaced_;
};

}  // namespace pkgkiln
