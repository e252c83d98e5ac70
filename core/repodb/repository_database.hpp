#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/stream.hpp"
#include "core/package/package_archive.hpp"

namespace pkgkiln::pacman {

/// One package in a repository database, by its "desc" and "files" texts (repo-add(8) writes
/// them, libalpm's be_sync.c reads them). Kept as texts, so that entries that other tools wrote
/// survive unchanged.
struct DatabaseEntry {
  std::string pkgname;
  std::string version;
  std::string file_name;
  std::string sha256;
  std::uint64_t size = 0;
  std::string desc;          // the whole text
  std::string files;         // the whole text; empty when unknown
  std::string pkgbase = {};  // may be empty
  std::vector<std::string> replaces = {}, provides = {};

  static DatabaseEntry of(const PackageArchive& package);
  /// Whether it is that very file, in whatever compression.
  bool is(const PackageFileName& file) const;
};

/// An entry that isn't understood: other tools have other ideas of names and versions.
struct OddEntry {
  std::string desc, files;  // the whole texts
};

/// The entries of <repo>.db and <repo>.files, one version per pkgname. A plain value: not
/// thread-safe.
class RepositoryDatabase {
 public:
  /// Reads a database (any compression that libarchive knows) or a .files; a file that isn't
  /// there is an empty one. Entries that aren't understood are kept as odd ones. What old versions
  /// of repo-add(8) wrote into "depends" beside "desc" becomes a part of that, which is the same
  /// for pacman. Throws Error for what isn't a database.
  static RepositoryDatabase read(const std::filesystem::path& path);

  /// The same to be asked, not written: without the texts, so that an entry takes some hundred
  /// bytes, and without odd entries.
  static RepositoryDatabase read_facts(const std::filesystem::path& path);

  /// The entries in a part of a database: the bytes from `offset` on that are a gzipped tar, which
  /// needs no end mark.
  static RepositoryDatabase read_part(const std::filesystem::path& path, std::uint64_t offset,
                                      std::uint64_t size);

  /// Reads a database that was just written to its end, entry by entry. Throws Error unless it
  /// holds these packages, and stays well below what pacman and we can read.
  static void check_written(const std::filesystem::path& path,
                            const std::vector<PackageArchive>& packages,
                            const Cancellation& cancel);

  const std::map<std::string, DatabaseEntry>& entries() const { return entries_; }
  const DatabaseEntry* find(const std::string& pkgname) const;
  void put(DatabaseEntry entry);
  /// Unless there is a newer version.
  void put_newer(DatabaseEntry entry);
  void erase(const std::string& pkgname) { entries_.erase(pkgname); }

  /// By the directory that they lie in ("foo-1-1").
  const std::map<std::string, OddEntry>& odd_entries() const { return odd_; }
  void put_odd(const std::string& directory, OddEntry entry);
  /// The version of an odd entry that is of this package by its directory's name.
  std::optional<std::string> odd_version(const std::string& pkgname) const;
  /// Removes what is of this package.
  void erase_odd(const std::string& pkgname);

  enum class Form { db, files };
  /// Writes a gzipped tar to `path`, in pieces (see database_pieces.hpp), not atomically: write
  /// beside and rename. The same entries give the same bytes.
  void write(const std::filesystem::path& path, Form form) const;
  void write(const Sink& sink, Form form) const;

 private:
  std::map<std::string, DatabaseEntry> entries_;
  std::map<std::string, OddEntry> odd_;
};

}  // namespace pkgkiln::pacman
