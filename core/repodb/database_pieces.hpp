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

/// A repository database is written in pieces of some dozen entries: members of the gzip file that
/// it is (see gzip_member.hpp), each of whole tar entries. So a few entries can be changed without
/// unpacking and packing the others. Where a piece begins depends on nothing but a pkgname, so the
/// same entries give the same bytes, however they came together.
namespace pkgkiln::pacman {

struct DatabasePiece {
  std::string first;         // the pkgname that it begins with; empty: the end of the archive
  std::string packages;      // stands for which packages, in which versions, are in it
  std::uint64_t offset = 0;  // bytes, in the file
  std::uint64_t size = 0;
};

/// The pieces of a database, the end among them; nothing when it isn't all written in pieces, as
/// by other programs. Throws Error when the file can't be read.
std::optional<std::vector<DatabasePiece>> read_pieces(const std::filesystem::path& path);

/// Writes the entries in one or several pieces, without an end.
void write_pieces(const RepositoryDatabase& entries, RepositoryDatabase::Form form,
                  const Sink& sink);
/// Writes the end of a database.
void write_end_piece(const Sink& sink);

/// The same as a plain tar, for other compressions: the entries, and the end.
void write_tar(const RepositoryDatabase& entries, RepositoryDatabase::Form form, const Sink& sink);
void write_tar_end(const Sink& sink);

/// The archives that are written in pieces end so.
inline constexpr std::string_view kPiecesEnding = ".tar.gz";
/// The entries that aren't understood are in a piece of their own, after all others: no pkgname
/// begins so.
inline constexpr std::string_view kOddPiece = "~";

/// What `packages` is for these entries.
std::string digest_of_packages(const RepositoryDatabase& entries);

/// Whether an archive whose name ends so (".tar.zst", ".tar") can be written by this program alone:
/// for some compressions libarchive would start another one.
bool can_compress(std::string_view ending);

/// Passes what `write` gives to its sink on to `out`, compressed as the ending says. Throws Error,
/// and what the two throw.
void compress_as(std::string_view ending, const Sink& out,
                 const std::function<void(const Sink&)>& write);

}  // namespace pkgkiln::pacman
