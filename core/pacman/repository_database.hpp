#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/stream.hpp"
#include "core/pacman/package_archive.hpp"

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
  std::string desc;   // the whole text
  std::string files;  // the whole text; empty when unknown

  static DatabaseEntry of(const PackageArchive& package);
};

/// The entries of <repo>.db and <repo>.files, one version per pkgname. A plain value: not
/// thread-safe.
class RepositoryDatabase {
 public:
  /// Reads a database (any compression that libarchive knows) or a .files; a file that isn't
  /// there is an empty one. Throws Error for what isn't a database.
  static RepositoryDatabase read(const std::filesystem::path& path);

  const std::map<std::string, DatabaseEntry>& entries() const { return entries_; }
  const DatabaseEntry* find(const std::string& pkgname) const;
  void put(DatabaseEntry entry);
  void erase(const std::string& pkgname) { entries_.erase(pkgname); }

  enum class Form { db, files };
  /// Writes a gzipped tar to `path`, not atomically: write beside and rename. The same entries
  /// give the same bytes.
  void write(const std::filesystem::path& path, Form form) const;
  void write(const Sink& sink, Form form) const;

 private:
  std::map<std::string, DatabaseEntry> entries_;
};

}  // namespace pkgkiln::pacman
