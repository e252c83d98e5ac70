#include "core/publish/publication.hpp"

#include <system_error>
#include <unistd.h>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/package/package_name.hpp"
#include "core/publish/provenance.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;
using pacman::DatabaseEntry;
using pacman::EditedDatabase;
using pacman::PackageArchive;
using pacman::PackageFileName;
using pacman::RepositoryDatabase;

namespace {

bool is_there(const fs::path& path, std::uint64_t size) {
  std::error_code error;
  return fs::is_regular_file(fs::symlink_status(path, error)) && fs::file_size(path, error) == size;
}

Unpublishable conflict(const fs::path& target) {
  return Unpublishable("cannot publish '" + target.string() + "'")
      .because("a file of that name with other content is there")
      .advise("raise pkgrel; or remove that file, if no one has installed from it");
}

/// Whether the package replaces the entry's file by another. Not if the file's name is another
/// package's, whose entry may name it as well.
bool is_replaced(const DatabaseEntry& entry, const PackageArchive& package) {
  if (entry.file_name == package.name.text()) return false;
  const auto name = PackageFileName::parse(entry.file_name);
  return name && name->pkgname == package.name.pkgname;
}

/// Whether `entry` is this package, with the same content.
bool is_published(const DatabaseEntry* entry, const PackageArchive& package) {
  return entry != nullptr && entry->file_name == package.name.text() &&
         entry->version == package.name.version && entry->sha256 == package.sha256;
}

}  // namespace

Publication::Publication(fs::path directory, std::string repository, const DatabaseFiles& files,
                         const std::vector<PackageArchive>& packages, const Terms& terms,
                         Signer* signer, const Cancellation& cancel)
    : directory_(std::move(directory)),
      repository_(std::move(repository)),
      database_(files),
      packages_(packages),
      terms_(terms),
      signer_(signer),
      cancel_(cancel) {}

Publication::~Publication() {
  for (const auto& path : placed_) ::unlink(path.c_str());
}

bool Publication::check(EditedDatabase& db, EditedDatabase& files) {
  bool changes = false;
  for (const auto& package : packages_) {
    const auto* entry = db.find(package.name.pkgname);
    if (entry != nullptr) check_entry(*entry, package);
    if (const auto odd = db.odd_version(package.name.pkgname); entry == nullptr && odd)
      check_entry({package.name.pkgname, *odd, {}, {}, 0, {}, {}}, package);
    const auto target = directory_ / package.name.text();
    std::error_code error;
    if (!fs::exists(fs::symlink_status(target, error)))
      missing_.push_back(&package);
    else if (!is_there(target, package.size) || sha256_of_file(target, cancel_) != package.sha256)
      throw conflict(target);
    else if (signer_ != nullptr && !signer_->is_signed(target, signature_path(target)))
      unsigned_.push_back(&package);
    changes = changes || !is_published(entry, package) ||
              !is_published(files.find(package.name.pkgname), package);
  }
  return changes || !missing_.empty() || !unsigned_.empty();
}

void Publication::check_entry(const DatabaseEntry& entry, const PackageArchive& package) {
  check_replacement(
      entry, package, terms_, repository_,
      "take it out: repo-remove '" + database_.archive("db").string() + "' " + entry.pkgname);
  if (!is_replaced(entry, package)) return;
  replaced_.push_back({entry.file_name, package.name.pkgname + " " + package.name.version,
                       is_ours(terms_.made, entry.file_name, entry.sha256),
                       pacman::compare_versions(entry.version, package.name.version) < 0});
}

void Publication::place() {
  std::vector<std::pair<StagedFile, fs::path>> files;
  const auto sign = [&](const fs::path& file, const fs::path& target) {
    if (auto signature = staged_signature(file))
      files.emplace_back(std::move(*signature), signature_path(target));
  };
  for (const auto* package : missing_) {
    const auto target = directory_ / package->name.text();
    auto file = staged(*package, directory_, cancel_);
    sign(file.path(), target);
    if (fs::exists(provenance_path(package->path))) {
      StagedFile provenance(directory_);
      provenance.append(read_file(provenance_path(package->path)));
      sign(provenance.path(), provenance_path(target));
      files.emplace_back(std::move(provenance), provenance_path(target));
    }
    files.emplace_back(std::move(file), target);
    remove_companions(target);  // of another file, that is gone
  }
  for (auto& [file, target] : files) file.sync();
  for (auto& [file, target] : files) {
    file.place_new(target);
    placed_.push_back(target);
  }
  for (const auto* package : unsigned_) {
    const auto target = directory_ / package->name.text();
    staged_signature(target)->place_over(signature_path(target));
  }
  sync_directory(directory_);
}

void Publication::write_databases(EditedDatabase& db, EditedDatabase& files) {
  for (const auto& package : packages_) {
    auto entry = DatabaseEntry::of(package);
    files.put(entry);
    entry.files.clear();
    db.put(std::move(entry));
  }
  StagedFile new_files(directory_);
  StagedFile new_db(directory_);
  files.write(new_files.path(), RepositoryDatabase::Form::files, database_.ending());
  db.write(new_db.path(), RepositoryDatabase::Form::db, database_.ending());
  // Every update of a machine reads them, so an unreadable database must not get there.
  RepositoryDatabase::check_written(new_files.path(), packages_, cancel_);
  RepositoryDatabase::check_written(new_db.path(), packages_, cancel_);
  auto files_signature = staged_signature(new_files.path());
  auto db_signature = staged_signature(new_db.path());
  for (auto* staged : {&new_files, &new_db}) staged->sync();
  for (auto* staged : {&files_signature, &db_signature})
    if (*staged) (*staged)->sync();
  replace("files", new_files, files_signature);
  replace("db", new_db, db_signature);
  sync_directory(directory_);
}

/// Nothing if nothing is to be signed.
std::optional<StagedFile> Publication::staged_signature(const fs::path& file) const {
  if (signer_ == nullptr) return std::nullopt;
  std::optional<StagedFile> signature(directory_);
  signature->append(signer_->sign(file));
  return signature;
}

/// Who reads a database reads its signature right after, so the database goes first: then the time
/// in which a reader gets two that don't belong together is the shortest. Its next try will do.
void Publication::replace(const std::string& form, StagedFile& database,
                          std::optional<StagedFile>& signature) {
  const auto archive = database_.archive(form);
  const auto link = database_.link(form);
  // That of the old database would make pacman refuse the new one.
  if (!signature)
    for (const auto& stale : {link, archive}) ::unlink(signature_path(stale).c_str());
  database.place_over(archive);
  if (form == "db") placed_.clear();
  if (signature) {
    signature->place_over(signature_path(archive));
    place_link(signature_path(archive).filename().string(), signature_path(link));
  }
  place_link(archive.filename().string(), link);
}

Published Publication::finish() const {
  const auto path = database_.link("db");
  auto db = EditedDatabase::open(path);
  if (!db) db.emplace(RepositoryDatabase::read(path));  // not in pieces
  for (const auto& package : packages_)
    if (!is_published(db->find(package.name.pkgname), package) ||
        !is_there(directory_ / package.name.text(), package.size))
      throw Error("'" + path.string() + "' does not hold what was written to it")
          .because(package.name.text() + " is missing or differs")
          .advise("check that nothing else writes to that directory");
  return remove_replaced();
}

/// If the power fails before this reaches the disk, only an unused file stays.
Published Publication::remove_replaced() const {
  Published done;
  for (const auto& name : database_.stale())
    done.notices.push_back("'" + (directory_ / name).string() + "' is not the database that '" +
                           database_.link("db").string() +
                           "' leads to: remove it, or repo-add may go on from what it holds");
  for (const auto& file : replaced_) {
    if (!file.ours && !file.superseded) {
      done.notices.push_back(file.file_name + " stays in '" + directory_.string() +
                             "' without an entry: somebody else put it there, and " + file.by +
                             " is no newer");
      continue;
    }
    remove_package_file(directory_ / file.file_name);
    auto text = "removed " + file.file_name + " from '" + repository_ + "'";
    if (file.ours)
      done.removed.push_back(text + ", since " + file.by + " is in its place");
    else
      done.notices.push_back(text + ", which somebody else had put there: " + file.by +
                             " is newer");
  }
  return done;
}

}  // namespace pkgkiln
