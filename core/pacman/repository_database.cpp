#include "core/pacman/repository_database.hpp"

#include <fcntl.h>
#include <system_error>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/tar_writer.hpp"
#include "core/pacman/database_text.hpp"
#include "core/pacman/tar_reader.hpp"
#include "core/pacman/version.hpp"

namespace pkgkiln::pacman {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMaxUnpacked = std::uint64_t{1} << 30U;
constexpr std::uint64_t kMaxDesc = std::uint64_t{1} << 20U;
constexpr std::uint64_t kMaxFiles = std::uint64_t{256} << 20U;
constexpr std::size_t kMaxEntries = 1'000'000;

struct Texts {
  std::string desc, files;
};

/// The texts by the directory that they lie in, "<pkgname>-<version>".
std::map<std::string, Texts> read_texts(TarReader& reader) {
  std::map<std::string, Texts> texts;
  std::size_t count = 0;
  while (const auto entry = reader.next()) {
    if (++count > kMaxEntries) throw Error("it holds more than 1000000 entries");
    if (entry->directory) continue;
    const auto slash = entry->name.rfind('/');
    if (slash == std::string::npos || slash == 0 || !entry->regular)
      throw Error("it holds something else than entries of packages");
    const auto name = entry->name.substr(slash + 1);
    auto& found = texts[entry->name.substr(0, slash)];
    if (name == "desc") found.desc = reader.content(kMaxDesc);
    if (name == "files") found.files = reader.content(kMaxFiles);
  }
  return texts;
}

DatabaseEntry to_entry(const std::string& directory, Texts texts) {
  auto entry = parse_desc(std::move(texts.desc));
  // pacman refuses it too: one of the two would be a lie.
  if (directory != entry.pkgname + "-" + entry.version)
    throw Error("the entry of " + entry.pkgname + " has another name than its directory");
  entry.files = std::move(texts.files);
  return entry;
}

}  // namespace

DatabaseEntry DatabaseEntry::of(const PackageArchive& package) {
  return {package.name.pkgname, package.name.version, package.name.text(), package.sha256,
          package.size,         desc_text(package),   files_text(package)};
}

RepositoryDatabase RepositoryDatabase::read(const fs::path& path) {
  RepositoryDatabase database;
  std::error_code error_code;
  const auto archive = fs::canonical(path, error_code);  // <repo>.db is a link to it
  if (error_code == std::errc::no_such_file_or_directory) return database;
  if (error_code)
    throw Error("cannot look at '" + path.string() + "'").because(error_code.message());
  try {
    TarReader reader(archive, kMaxUnpacked);
    auto texts = read_texts(reader);
    reader.finish();
    for (auto& [directory, text] : texts) {
      auto entry = to_entry(directory, std::move(text));
      const auto* other = database.find(entry.pkgname);
      if (other == nullptr || compare_versions(other->version, entry.version) < 0)
        database.put(std::move(entry));
    }
  } catch (Error& error) {
    error.while_doing("'" + path.string() + "' is not a sound repository database")
        .advise("move it away; repo-add(8) makes a new one from the package files");
    throw;
  }
  return database;
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
  TarWriter tar(sink, 0, 0, TarWriter::Compression::gzip);
  const auto add = [&tar](const std::string& name, const std::string& text) {
    tar.file(name, text.size(), false);
    if (!text.empty()) tar.write(text);
  };
  for (const auto& [pkgname, entry] : entries_) {
    const auto directory = pkgname + "-" + entry.version;
    tar.directory(directory);
    add(directory + "/desc", entry.desc);
    if (form == Form::files && !entry.files.empty()) add(directory + "/files", entry.files);
  }
  tar.finish();
}

}  // namespace pkgkiln::pacman
