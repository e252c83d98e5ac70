#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/stream.hpp"
#include "core/package/package_archive.hpp"

namespace pkgkiln::pacman {

/// One package in a repository database, with its "desc" and "files" texts (repo-add(8) writes
/// them, libalpm's be_sync.c reads them). The texts are kept, so that entries of other tools
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
  /// Whether it is this file, in any compression.
  bool is(const PackageFileName& file) const;
};

/// An entry that can't be parsed: other tools allow other names and versions.
struct OddEntry {
  std::string desc, files;  // the whole texts
};

/// The entries of <repo>.db and <repo>.files, one version per pkgname. A plain value: not
/// thread-safe.
class RepositoryDatabase {
 public:
  /// Reads a database or a .files, in any compression that libarchive knows. A missing file is an
  /// empty database. Entries that can't be parsed are kept as odd ones. The "depends" that old
  /// versions of repo-add(8) wrote beside "desc" is appended to it, which is the same for pacman.
  /// Throws Error if the file isn't a database.
  static RepositoryDatabase read(const std::filesystem::path& path);

  /// The same, only for lookups: without the texts, so that an entry takes some hundred bytes, and
  /// without odd entries.
  static RepositoryDatabase read_facts(const std::filesystem::path& path);

  /// Passes on the "desc" of each entry, whatever it says, and keeps none.
  static void each_desc(const std::filesystem::path& path,
                        const std::function<void(std::string_view text)>& take,
                        const Cancellation& cancel);

  /// Reads a part of a database: `size` bytes from `offset` on, a gzipped tar that needs no end
  /// mark.
  static RepositoryDatabase read_part(const std::filesystem::path& path, std::uint64_t offset,
                                      std::uint64_t size);

  /// Reads a new database to its end, entry by entry. Throws Error unless it holds these packages,
  /// and is well below the limits of pacman and of this program.
  static void check_written(const std::filesystem::path& path,
                            const std::vector<PackageArchive>& packages,
                            const Cancellation& cancel);

  const std::map<std::string, DatabaseEntry>& entries() const { return entries_; }
  const DatabaseEntry* find(const std::string& pkgname) const;
  void put(DatabaseEntry entry);
  /// Unless there is a newer version.
  void put_newer(DatabaseEntry entry);
  void erase(const std::string& pkgname) { entries_.erase(pkgname); }

  /// By their directory ("foo-1-1").
  const std::map<std::string, OddEntry>& odd_entries() const { return odd_; }
  void put_odd(const std::string& directory, OddEntry entry);
  /// The version of this package's odd entry, if its directory's name tells one.
  std::optional<std::string> odd_version(const std::string& pkgname) const;
  /// Removes this package's odd entries.
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
