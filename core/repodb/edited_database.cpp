#include "core/repodb/edited_database.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace pkgkiln::pacman {

namespace fs = std::filesystem;

namespace {

/// Copies bytes of a file as they are.
void pass_on(const fs::path& path, std::uint64_t offset, std::uint64_t size, const Sink& sink) {
  const auto source = file_source(path, offset);
  std::array<char, 65536> buffer{};
  while (size > 0) {
    const auto got = source(buffer.data(), std::min<std::uint64_t>(buffer.size(), size));
    if (got == 0) throw Error("'" + path.string() + "' got shorter while it was read");
    sink({buffer.data(), got});
    size -= got;
  }
}

}  // namespace

EditedDatabase::EditedDatabase(RepositoryDatabase entries) {
  parts_.push_back({{}, std::move(entries)});
}

std::optional<EditedDatabase> EditedDatabase::open(const fs::path& path) {
  EditedDatabase database;
  std::error_code error;
  database.path_ = fs::canonical(path, error);
  if (error == std::errc::no_such_file_or_directory) return EditedDatabase(RepositoryDatabase());
  if (error) throw Error("cannot look at '" + path.string() + "'").because(error.message());
  auto pieces = read_pieces(database.path_);
  if (!pieces) return std::nullopt;
  pieces->pop_back();  // the end
  for (auto& piece : *pieces) database.parts_.push_back({std::move(piece), std::nullopt});
  if (database.parts_.empty()) return EditedDatabase(RepositoryDatabase());
  return database;
}

const DatabaseEntry* EditedDatabase::find(const std::string& pkgname) {
  return part_of(pkgname).find(pkgname);
}

/// Entries that can't be parsed are in the last piece, alone, or in the only part that holds all
/// entries.
std::optional<std::string> EditedDatabase::odd_version(const std::string& pkgname) {
  auto& last = parts_.back();
  if (!last.entries && last.piece.first != kOddPiece) return std::nullopt;
  return entries_of(last).odd_version(pkgname);
}

void EditedDatabase::put(DatabaseEntry entry) {
  if (odd_version(entry.pkgname)) entries_of(parts_.back()).erase_odd(entry.pkgname);
  auto& part = part_of(entry.pkgname);
  part.put(std::move(entry));
}

/// The first name of a piece is why the piece begins there. Without it, the rest belongs to the
/// piece before.
void EditedDatabase::erase(const std::string& pkgname) {
  const auto index = index_of(pkgname);
  auto& part = parts_[index];
  auto& entries = entries_of(part);
  entries.erase(pkgname);
  const bool empty = entries.entries().empty() && entries.odd_entries().empty();
  if (index > 0 && part.piece.first == pkgname) {
    auto& before = entries_of(parts_[index - 1]);
    for (const auto& [name, entry] : entries.entries()) before.put(entry);
  } else if (!empty || parts_.size() == 1) {
    return;
  }
  parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(index));
}

RepositoryDatabase& EditedDatabase::part_of(const std::string& pkgname) {
  return entries_of(parts_[index_of(pkgname)]);
}

/// The last part that doesn't begin after the name; names before all parts belong to the first.
std::size_t EditedDatabase::index_of(const std::string& pkgname) const {
  const auto after =
      std::upper_bound(parts_.begin(), parts_.end(), pkgname,
                       [](const auto& name, const auto& part) { return name < part.piece.first; });
  return after == parts_.begin() ? 0 : static_cast<std::size_t>(after - parts_.begin()) - 1;
}

RepositoryDatabase& EditedDatabase::entries_of(Part& part) const {
  if (!part.entries) part.entries = unpacked(part.piece);
  return *part.entries;
}

RepositoryDatabase EditedDatabase::unpacked(const DatabasePiece& piece) const {
  auto entries = RepositoryDatabase::read_part(path_, piece.offset, piece.size);
  if (digest_of_packages(entries) != piece.packages)
    throw Error("'" + path_.string() + "' is not a sound repository database")
        .because("what follows " + piece.first + " is damaged")
        .advise("move it away; repo-add(8) makes a new one from the package files");
  return entries;
}

bool EditedDatabase::holds_the_same_as(const EditedDatabase& other) const {
  return std::equal(parts_.begin(), parts_.end(), other.parts_.begin(), other.parts_.end(),
                    [](const Part& one, const Part& two) {
                      return one.piece.first == two.piece.first &&
                             one.piece.packages == two.piece.packages;
                    });
}

void EditedDatabase::write(const fs::path& path, RepositoryDatabase::Form form,
                           std::string_view ending) const {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd) throw_errno("cannot write '" + path.string() + "'");
  const Sink sink = [&](std::string_view bytes) { write_all(fd.get(), bytes, path); };
  if (ending != kPiecesEnding) return write_unpieced(form, ending, sink);
  for (const auto& [piece, entries] : parts_)
    if (entries)
      write_pieces(*entries, form, sink);
    else
      pass_on(path_, piece.offset, piece.size, sink);
  write_end_piece(sink);
}

/// Other compressions than gzip's aren't written in pieces.
void EditedDatabase::write_unpieced(RepositoryDatabase::Form form, std::string_view ending,
                                    const Sink& sink) const {
  compress_as(ending, sink, [&](const Sink& tar) {
    for (const auto& [piece, entries] : parts_) {
      if (entries)
        write_tar(*entries, form, tar);
      else
        write_tar(unpacked(piece), form, tar);
    }
    write_tar_end(tar);
  });
}

}  // namespace pkgkiln::pacman
