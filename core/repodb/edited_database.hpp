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

/// A database on disk that a few entries of are read or changed; only the pieces that they lie in
/// are unpacked, and packed again. What it writes is, to the byte, what a RepositoryDatabase of all
/// the entries writes. The file must stay as it is while this lives: hold its lock. Not
/// thread-safe.
class EditedDatabase {
 public:
  /// All of its entries at hand, wherever they are from.
  explicit EditedDatabase(RepositoryDatabase entries);
  /// A file that isn't there is an empty database. Nothing when it isn't written in pieces. Throws
  /// Error when it can't be read.
  static std::optional<EditedDatabase> open(const std::filesystem::path& path);

  /// Throws Error when the piece is damaged. Valid until the next put().
  const DatabaseEntry* find(const std::string& pkgname);
  /// As in RepositoryDatabase.
  std::optional<std::string> odd_version(const std::string& pkgname);
  void put(DatabaseEntry entry);
  void erase(const std::string& pkgname);

  /// Whether both were opened and hold the same packages in the same versions.
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
