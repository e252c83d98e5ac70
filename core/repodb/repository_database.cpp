#include "core/repodb/repository_database.hpp"

#include <fcntl.h>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/package/package_name.hpp"
#include "core/package/tar_reader.hpp"
#include "core/repodb/database_pieces.hpp"
#include "core/repodb/database_text.hpp"

namespace pkgkiln::pacman {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMaxUnpackedDatabase = std::uint64_t{1} << 30U;
/// Ours are far shorter; these limits accept every database of others that pacman itself reads.
constexpr std::uint64_t kMaxDesc = std::uint64_t{64} << 20U;
constexpr std::uint64_t kMaxFiles = std::uint64_t{256} << 20U;
constexpr std::size_t kMaxDatabaseEntries = 1'000'000;
/// We write less than we can read, and less than pacman can: it loads no database above 128 MiB.
constexpr std::uint64_t kMostWritten = std::uint64_t{512} << 20U;
constexpr std::uint64_t kLargestWritten = std::uint64_t{112} << 20U;
constexpr std::size_t kMostWrittenEntries = 750'000;

/// Whether the text can be the name of an entry's directory, which others unpack.
bool is_directory_name(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && text.find('/') == std::string_view::npos &&
         !has_control_characters(text);
}

/// Calls `take` with the directory and the name of each file ("<pkgname>-<version>", "desc"), for
/// it to read the content. Other files are ignored, as pacman ignores them. Throws Error if there
/// are files but none of an entry: then it is no database.
template <typename Take>
void each_file(TarReader& reader, Take take, std::size_t most = kMaxDatabaseEntries) {
  std::size_t count = 0;
  bool strange = false;
  bool found = false;
  while (const auto entry = reader.next()) {
    if (++count > most) throw Error("it holds more than " + std::to_string(most) + " entries");
    if (entry->directory) continue;
    std::string_view path = entry->name;
    if (path.starts_with("./")) path.remove_prefix(2);
    const auto slash = path.rfind('/');
    const bool is_file = entry->regular && slash != std::string_view::npos &&
                         is_directory_name(path.substr(0, slash));
    (is_file ? found : strange) = true;
    if (is_file) take(std::string(path.substr(0, slash)), path.substr(slash + 1));
  }
  if (strange && !found) throw Error("it holds files, but no entries of packages");
}

struct Texts {
  std::string desc, depends, files;

  /// Both texts: pacman reads them in the same way.
  std::string take_desc() {
    if (depends.empty()) return std::move(desc);
    while (!desc.ends_with("\n\n")) desc += '\n';
    return std::move(desc) + depends;
  }
};

/// The texts by the directory that they lie in.
std::map<std::string, Texts> read_texts(TarReader& reader) {
  std::map<std::string, Texts> texts;
  each_file(reader, [&](std::string directory, std::string_view name) {
    auto& found = texts[std::move(directory)];
    if (name == "desc") found.desc = reader.content(kMaxDesc);
    if (name == "depends") found.depends = reader.content(kMaxDesc);
    if (name == "files") found.files = reader.content(kMaxFiles);
  });
  return texts;
}

/// Throws Error unless the entry lies in the directory of its name.
void check_directory(const DatabaseEntry& entry, const std::string& directory) {
  // pacman refuses it too: one of the two would be a lie.
  if (directory != entry.pkgname + "-" + entry.version)
    throw Error("the entry of " + entry.pkgname + " is in a directory of another name");
}

void put_texts(std::map<std::string, Texts>&& texts, RepositoryDatabase& database) {
  for (auto& [directory, text] : texts) {
    OddEntry read{text.take_desc(), std::move(text.files)};
    try {
      auto entry = parse_desc(read.desc);
      check_directory(entry, directory);
      entry.files = std::move(read.files);
      database.put_newer(std::move(entry));
    } catch (const Error&) {
      database.put_odd(directory, std::move(read));
    }
  }
}

/// The package and the version of "<pkgname>-<pkgver>-<pkgrel>", as repo-add(8) takes them apart.
std::pair<std::string_view, std::string_view> parts_of(std::string_view directory) {
  const auto pkgrel = directory.rfind('-');
  if (pkgrel == std::string_view::npos || pkgrel == 0) return {directory, {}};
  const auto pkgver = directory.rfind('-', pkgrel - 1);
  if (pkgver == std::string_view::npos) return {directory, {}};
  return {directory.substr(0, pkgver), directory.substr(pkgver + 1)};
}

/// Opens the database, or a part of it, for `read`; a missing file is not read.
template <typename Read>
void open_database(const fs::path& path, Read read, const TarReader::Range& range = {},
                   const Cancellation& cancel = Cancellation::never()) {
  std::error_code error_code;
  const auto archive = fs::canonical(path, error_code);  // <repo>.db is a link to it
  if (error_code == std::errc::no_such_file_or_directory) return;
  if (error_code)
    throw Error("cannot look at '" + path.string() + "'").because(error_code.message());
  try {
    TarReader reader(archive, {.bytes = kMaxUnpackedDatabase, .cancel = cancel}, range);
    read(reader);
  } catch (Error& error) {
    error.while_doing("'" + path.string() + "' is not a sound repository database")
        .advise("move it away; repo-add(8) makes a new one from the package files");
    throw;
  }
}

}  // namespace

DatabaseEntry DatabaseEntry::of(const PackageArchive& package) {
  return {package.name.pkgname,  package.name.version, package.name.text(), package.sha256,
          package.size,          desc_text(package),   files_text(package), package.info.pkgbase,
          package.info.replaces, package.info.provides};
}

bool DatabaseEntry::is(const PackageFileName& file) const {
  const auto named = PackageFileName::parse(file_name);
  return named && pkgname == file.pkgname && version == file.version &&
         named->pkgname == file.pkgname && named->version == file.version &&
         named->arch == file.arch;
}

RepositoryDatabase RepositoryDatabase::read(const fs::path& path) {
  RepositoryDatabase database;
  open_database(path, [&](TarReader& reader) {
    auto texts = read_texts(reader);
    reader.finish();
    put_texts(std::move(texts), database);
  });
  return database;
}

RepositoryDatabase RepositoryDatabase::read_part(const fs::path& path, std::uint64_t offset,
                                                 std::uint64_t size) {
  RepositoryDatabase database;
  open_database(path, [&](TarReader& reader) { put_texts(read_texts(reader), database); },
                {offset, size});
  return database;
}

RepositoryDatabase RepositoryDatabase::read_facts(const fs::path& path) {
  RepositoryDatabase database;
  open_database(path, [&](TarReader& reader) {
    each_file(reader, [&](const std::string& directory, std::string_view name) {
      if (name != "desc") return;
      const auto text = reader.content(kMaxDesc);
      try {
        auto entry = desc_facts(text);
        check_directory(entry, directory);
        database.put_newer(std::move(entry));
      } catch (const Error&) {  // NOLINT(bugprone-empty-catch): an odd one
      }
    });
    reader.finish();
  });
  return database;
}

void RepositoryDatabase::each_desc(const fs::path& path,
                                   const std::function<void(std::string_view)>& take,
                                   const Cancellation& cancel) {
  const auto read = [&](TarReader& reader) {
    each_file(reader, [&](const std::string&, std::string_view name) {
      if (name == "desc") take(reader.content(kMaxDesc));
    });
    reader.finish();
  };
  open_database(path, read, {}, cancel);
}

void RepositoryDatabase::check_written(const fs::path& path,
                                       const std::vector<PackageArchive>& packages,
                                       const Cancellation& cancel) {
  try {
    if (fs::file_size(path) > kLargestWritten)
      throw Error("it would be larger than 112 MiB, and pacman loads none above 128 MiB");
    std::set<std::string> missing;  // digests
    for (const auto& package : packages) missing.insert(sha256_of(desc_text(package)));
    TarReader reader(path, {.bytes = kMostWritten, .cancel = cancel});
    const auto take = [&](const std::string&, std::string_view name) {
      if (name == "desc") missing.erase(sha256_of(reader.content(kMaxDesc)));
    };
    each_file(reader, take, kMostWrittenEntries);
    reader.finish();
    if (!missing.empty()) throw Error("it does not hold what was written to it");
  } catch (Error& error) {
    error.while_doing("the new database in '" + path.parent_path().string() + "' is not sound")
        .advise(
            "if it was damaged before, move it away: repo-add(8) makes a new one from the "
            "package files; if it is too large, remove packages from it");
    throw;
  }
}

void RepositoryDatabase::put_newer(DatabaseEntry entry) {
  const auto* other = find(entry.pkgname);
  if (other == nullptr || compare_versions(other->version, entry.version) < 0)
    put(std::move(entry));
}

const DatabaseEntry* RepositoryDatabase::find(const std::string& pkgname) const {
  const auto found = entries_.find(pkgname);
  return found == entries_.end() ? nullptr : &found->second;
}

void RepositoryDatabase::put(DatabaseEntry entry) {
  auto pkgname = entry.pkgname;
  entries_.insert_or_assign(std::move(pkgname), std::move(entry));
}

void RepositoryDatabase::put_odd(const std::string& directory, OddEntry entry) {
  odd_.insert_or_assign(directory, std::move(entry));
}

std::optional<std::string> RepositoryDatabase::odd_version(const std::string& pkgname) const {
  std::optional<std::string> newest;
  for (const auto& [directory, entry] : odd_) {
    const auto [name, version] = parts_of(directory);
    if (name == pkgname && (!newest || compare_versions(*newest, version) < 0)) newest = version;
  }
  return newest;
}

void RepositoryDatabase::erase_odd(const std::string& pkgname) {
  std::erase_if(odd_, [&](const auto& odd) { return parts_of(odd.first).first == pkgname; });
}

void RepositoryDatabase::write(const fs::path& path, Form form) const {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd) throw_errno("cannot write '" + path.string() + "'");
  write([&](std::string_view bytes) { write_all(fd.get(), bytes, path); }, form);
}

void RepositoryDatabase::write(const Sink& sink, Form form) const {
  write_pieces(*this, form, sink);
  write_end_piece(sink);
}

}  // namespace pkgkiln::pacman
