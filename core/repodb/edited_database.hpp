#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/stream.hpp"
#include "core/repodb/database_pieces.hpp"
#include "core/repodb/repository_database.hpp"

namespace pkgkiln::pacman {

/// A database on disk, to read or change a few of its entries: only the pieces that hold them are
/// unpacked and packed again. It writes exactly the bytes that a RepositoryDatabase of all entries
/// writes. The file must not change while this lives: hold its lock. Not thread-safe.
class EditedDatabase {
 public:
  /// A database with all entries in memory.
  explicit EditedDatabase(RepositoryDatabase entries);
  /// A missing file is an empty database. Nothing if it isn't written in pieces. Throws Error if it
  /// can't be read.
  static std::optional<EditedDatabase> open(const std::filesystem::path& path);

  /// Throws Error when the piece is damaged. Valid until the next put().
  const DatabaseEntry* find(const std::string& pkgname);
  /// As in RepositoryDatabase.
  std::optional<std::string> odd_version(const std::string& pkgname);
  void put(DatabaseEntry entry);
  void erase(const std::string& pkgname);

  /// Whether both files hold the same packages in the same versions.
  bool holds_the_same_as(const EditedDatabase& other) const;

  /// Like RepositoryDatabase::write().
  void write(const std::filesystem::path& path, RepositoryDatabase::Form form,
             std::string_view ending = ".tar.gz") const;

 private:
  struct Part {
    DatabasePiece piece;
    std::optional<RepositoryDatabase> entries;  // once it was unpacked
  };

  EditedDatabase() = default;
  void write_unpieced(RepositoryDatabase::Form form, std::string_view ending,
                      const Sink& sink) const;
  RepositoryDatabase& part_of(const std::string& pkgname);
  std::size_t index_of(const std::string& pkgname) const;
  RepositoryDatabase& entries_of(Part& part) const;
  RepositoryDatabase unpacked(const DatabasePiece& piece) const;

  std::filesystem::path path_;
  std::vector<Part> parts_;  // never empty
};

}  // namespace pkgkiln::pacman
