#include "core/publish/publication.hpp"

#include <algorithm>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/publish/repository.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;
using pacman::DatabaseEntry;
using pacman::PackageArchive;
using pacman::RepositoryDatabase;

namespace {

bool is_there(const fs::path& path, std::uint64_t size) {
  std::error_code error;
  return fs::is_regular_file(fs::symlink_status(path, error)) && fs::file_size(path, error) == size;
}

Unpublishable conflict(const fs::path& target) {
  Unpublishable error("cannot publish '" + target.string() + "'");
  error.because("a file of that name with other content is there");
  error.advise("raise pkgrel; or remove that file, if no one has installed from it");
  return error;
}

/// The entries of `db`, each with what `files` knows of its files.
RepositoryDatabase with_files(const RepositoryDatabase& db, const RepositoryDatabase& files) {
  RepositoryDatabase result;
  for (const auto& [pkgname, entry] : db.entries()) {
    auto joined = entry;
    const auto* known = files.find(pkgname);
    if (joined.files.empty() && known != nullptr && known->version == entry.version)
      joined.files = known->files;
    result.put(std::move(joined));
  }
  return result;
}

}  // namespace

bool is_published(const DatabaseEntry* entry, const PackageArchive& package) {
  return entry != nullptr && entry->file_name == package.name.text() &&
         entry->version == package.name.version && entry->sha256 == package.sha256;
}

Publication::Publication(fs::path directory, std::string repository,
                         const std::vector<PackageArchive>& packages)
    : directory_(std::move(directory)), repository_(std::move(repository)), packages_(packages) {}

Publication::~Publication() {
  for (const auto& path : placed_) ::unlink(path.c_str());
}

bool Publication::check(const RepositoryDatabase& db, const RepositoryDatabase& files) {
  bool changes = false;
  for (const auto& package : packages_) {
    const auto target = directory_ / package.name.text();
    std::error_code error;
    if (!fs::exists(fs::symlink_status(target, error)))
      missing_.push_back(&package);
    else if (!is_there(target, package.size) || sha256_of_file(target) != package.sha256)
      throw conflict(target);
    const auto* entry = db.find(package.name.pkgname);
    changes = changes || !is_published(entry, package) ||
              !is_published(files.find(package.name.pkgname), package);
    if (entry != nullptr && entry->file_name != package.name.text())
      replaced_.push_back(entry->file_name);
  }
  return changes || !missing_.empty();
}

void Publication::place() {
  std::vector<PlacedFile> copies;
  for (const auto* package : missing_)
    copies.push_back(copy_beside(package->path, directory_, package->sha256));
  for (std::size_t i = 0; i < copies.size(); ++i) {
    const auto target = directory_ / missing_[i]->name.text();
    copies[i].place_new(target);
    placed_.push_back(target);
  }
  sync_directory(directory_);
}

void Publication::write_databases(RepositoryDatabase db, const RepositoryDatabase& files) {
  for (const auto& package : packages_) db.put(DatabaseEntry::of(package));
  const auto joined = with_files(db, files);
  PlacedFile new_files(directory_);
  PlacedFile new_db(directory_);
  joined.write(new_files.path(), RepositoryDatabase::Form::files);
  joined.write(new_db.path(), RepositoryDatabase::Form::db);
  new_files.place_over(directory_ / (repository_ + ".files.tar.gz"));
  link("files");
  new_db.place_over(directory_ / (repository_ + ".db.tar.gz"));
  placed_.clear();
  link("db");
  sync_directory(directory_);
}

void Publication::link(const std::string& form) const {
  const auto name = repository_ + "." + form;
  const auto archive = name + ".tar.gz";
  place_link(archive, directory_ / name);
  // A signature of what was there before would make pacman refuse the new one.
  for (const auto& stale : {name, archive}) ::unlink((directory_ / (stale + ".sig")).c_str());
}

void Publication::finish() const {
  const auto path = directory_ / (repository_ + ".db");
  const auto db = RepositoryDatabase::read(path);
  for (const auto& package : packages_)
    if (!is_published(db.find(package.name.pkgname), package) ||
        !is_there(directory_ / package.name.text(), package.size))
      throw Error("'" + path.string() + "' does not hold what was written to it")
          .because(package.name.text() + " is missing or differs")
          .advise("check that nothing else writes to that directory");
  remove_replaced(db);
}

void Publication::remove_replaced(const RepositoryDatabase& db) const {
  const auto& entries = db.entries();
  for (const auto& name : replaced_) {
    const bool in_use = std::any_of(entries.begin(), entries.end(),
                                    [&](const auto& one) { return one.second.file_name == name; });
    if (in_use) continue;
    ::unlink((directory_ / name).c_str());
    ::unlink((directory_ / (name + ".sig")).c_str());
  }
  sync_directory(directory_);
}

}  // namespace pkgkiln
