#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/stream.hpp"
#include "core/repodb/repository_database.hpp"

/// A repository database is written in pieces of some hundred entries. A piece is a member of the
/// gzip file (see gzip_member.hpp) and holds whole tar entries, so a few entries can be changed
/// without unpacking and packing the others. Only the pkgname decides whether a piece begins with
/// an entry, so the same entries always give the same bytes.
namespace pkgkiln::pacman {

struct DatabasePiece {
  std::string first;         // the pkgname that it begins with; empty: the end of the archive
  std::string packages;      // identifies the packages in it and their versions
  std::uint64_t offset = 0;  // bytes, in the file
  std::uint64_t size = 0;
};

/// The pieces of a database, with the end as the last one; nothing if it isn't written in pieces,
/// but by another program. Throws Error if the file can't be read.
std::optional<std::vector<DatabasePiece>> read_pieces(const std::filesystem::path& path);

/// Writes the entries in one or several pieces, without an end.
void write_pieces(const RepositoryDatabase& entries, RepositoryDatabase::Form form,
                  const Sink& sink);
/// Writes the end of a database.
void write_end_piece(const Sink& sink);

/// The same as a plain tar, for other compressions: the entries, and the end.
void write_tar(const RepositoryDatabase& entries, RepositoryDatabase::Form form, const Sink& sink);
void write_tar_end(const Sink& sink);

/// The ending of archives that are written in pieces.
inline constexpr std::string_view kPiecesEnding = ".tar.gz";
/// The name of the piece with the entries that can't be parsed. It comes last, since no pkgname
/// begins with this.
inline constexpr std::string_view kOddPiece = "~";

/// DatabasePiece::packages for these entries.
std::string digest_of_packages(const RepositoryDatabase& entries);

/// Whether this program can write an archive with that ending (".tar.zst", ".tar") itself: for some
/// compressions libarchive would start another program.
bool can_compress(std::string_view ending);

/// Compresses what `write` passes to its sink, as the ending says, and passes it on to `out`.
/// Throws Error, and what the two throw.
void compress_as(std::string_view ending, const Sink& out,
                 const std::function<void(const Sink&)>& write);

}  // namespace pkgkiln::pacman
