#include "core/pacman/repository_database.hpp"

#include <fcntl.h>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/pacman/database_pieces.hpp"
#include "core/pacman/database_text.hpp"
#include "core/pacman/tar_reader.hpp"
#include "core/pacman/version.hpp"

namespace pkgkiln::pacman {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMaxUnpackedDatabase = std::uint64_t{1} << 30U;
constexpr std::uint64_t kMaxDesc = std::uint64_t{1} << 20U;
constexpr std::uint64_t kMaxFiles = std::uint64_t{256} << 20U;
constexpr std::size_t kMaxDatabaseEntries = 1'000'000;
/// What is written stays below what is read: by us, and by pacman, which loads no database that is
/// larger than 128 MiB.
constexpr std::uint64_t kMostWritten = std::uint64_t{512} << 20U;
constexpr std::uint64_t kLargestWritten = std::uint64_t{112} << 20U;
constexpr std::size_t kMostWrittenEntries = 750'000;

/// Calls `take` with the directory and the name of each file ("<pkgname>-<version>", "desc"), for
/// it to read the content, and `strange` for what isn't one.
template <typename Take, typename Strange>
void each_file(TarReader& reader, Take take, Strange strange,
               std::size_t most = kMaxDatabaseEntries) {
  std::size_t count = 0;
  while (const auto entry = reader.next()) {
    if (++count > most) throw Error("it holds more than " + std::to_string(most) + " entries");
    if (entry->directory) continue;
    const auto slash = entry->name.rfind('/');
    if (slash == std::string::npos || slash == 0 || !entry->regular)
      strange();
    else
      take(entry->name.substr(0, slash), std::string_view(entry->name).substr(slash + 1));
  }
}

[[noreturn]] void refuse() {
  throw Error("it holds something else than entries of packages");
}

struct Texts {
  std::string desc, files;
};

/// The texts by the directory that they lie in.
std::map<std::string, Texts> read_texts(TarReader& reader) {
  std::map<std::string, Texts> texts;
  const auto take = [&](std::string directory, std::string_view name) {
    auto& found = texts[std::move(directory)];
    if (name == "desc") found.desc = reader.content(kMaxDesc);
    if (name == "files") found.files = reader.content(kMaxFiles);
  };
  each_file(reader, take, refuse);
  return texts;
}

/// Throws Error unless the entry lies in the directory of its name.
void check_directory(const DatabaseEntry& entry, const std::string& directory) {
  // pacman refuses it too: one of the two would be a lie.
  if (directory != entry.pkgname + "-" + entry.version)
    throw Error("the entry of " + entry.pkgname + " has another name than its directory");
}

DatabaseEntry to_entry(const std::string& directory, Texts texts) {
  auto entry = parse_desc(std::move(texts.desc));
  check_directory(entry, directory);
  entry.files = std::move(texts.files);
  return entry;
}

/// Opens the database, or a part of it, for `read`; a file that isn't there is not read.
template <typename Read>
void open_database(const fs::path& path, Read read, const TarReader::Range& range = {}) {
  std::error_code error_code;
  const auto archive = fs::canonical(path, error_code);  // <repo>.db is a link to it
  if (error_code == std::errc::no_such_file_or_directory) return;
  if (error_code)
    throw Error("cannot look at '" + path.string() + "'").because(error_code.message());
  try {
    TarReader reader(archive, {kMaxUnpackedDatabase}, range);
    read(reader);
  } catch (Error& error) {
    error.while_doing("'" + path.string() + "' is not a sound repository database")
        .advise("move it away; repo-add(8) makes a new one from the package files");
    throw;
  }
}

}  // namespace

DatabaseEntry DatabaseEntry::of(const PackageArchive& package) {
  return {package.name.pkgname, package.name.version, package.name.text(), package.sha256,
          package.size,         desc_text(package),   files_text(package)};
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
    for (auto& [directory, text] : texts) database.put_newer(to_entry(directory, std::move(text)));
  });
  return database;
}

RepositoryDatabase RepositoryDatabase::read_part(const fs::path& path, std::uint64_t offset,
                                                 std::uint64_t size) {
  RepositoryDatabase database;
  const auto read = [&](TarReader& reader) {
    for (auto& [directory, text] : read_texts(reader))
      database.put_newer(to_entry(directory, std::move(text)));
  };
  open_database(path, read, {offset, size});
  return database;
}

RepositoryDatabase RepositoryDatabase::read_facts(const fs::path& path, Unsound unsound) {
  RepositoryDatabase database;
  const bool leave_out = unsound == Unsound::leave_out;
  open_database(path, [&](TarReader& reader) {
    const auto take = [&](const std::string& directory, std::string_view name) {
      if (name != "desc") return;
      const auto text = reader.content(kMaxDesc);
      try {
        auto entry = desc_facts(text);
        check_directory(entry, directory);
        database.put_newer(std::move(entry));
      } catch (const Error&) {
        if (!leave_out) throw;
      }
    };
    each_file(reader, take, [&] {
      if (!leave_out) refuse();
    });
    reader.finish();
  });
  return database;
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
    each_file(
        reader, take, [] {}, kMostWrittenEntries);
    reader.finish();
    if (!missing.empty()) throw Error("it does not hold what was written to it");
  } catch (const Cancelled&) {
    throw;
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
