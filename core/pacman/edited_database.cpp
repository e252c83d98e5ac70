#include "core/pacman/edited_database.hpp"

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

void EditedDatabase::put(DatabaseEntry entry) {
  auto& part = part_of(entry.pkgname);
  part.put(std::move(entry));
}

/// The last part that doesn't begin after it; what lies before all belongs to the first.
RepositoryDatabase& EditedDatabase::part_of(const std::string& pkgname) {
  const auto after =
      std::upper_bound(parts_.begin(), parts_.end(), pkgname,
                       [](const auto& name, const auto& part) { return name < part.piece.first; });
  auto& part = after == parts_.begin() ? *after : *std::prev(after);
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

void EditedDatabase::write(const fs::path& path, RepositoryDatabase::Form form) const {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd) throw_errno("cannot write '" + path.string() + "'");
  const Sink sink = [&](std::string_view bytes) { write_all(fd.get(), bytes, path); };
  for (const auto& [piece, entries] : parts_)
    if (entries)
      write_pieces(*entries, form, sink);
    else
      pass_on(path_, piece.offset, piece.size, sink);
  write_end_piece(sink);
}

}  // namespace pkgkiln::pacman
