#include "core/publish/local_repository.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/publish/local_offer.hpp"
#include "core/publish/provenance.hpp"
#include "core/publish/publication.hpp"
#include "core/publish/repository_lock.hpp"
#include "core/repodb/database_pieces.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;
using pacman::DatabaseEntry;
using pacman::EditedDatabase;
using pacman::PackageArchive;
using pacman::PackageFileName;
using pacman::RepositoryDatabase;

namespace {

void check_set(const std::vector<PackageArchive>& packages, const std::string& repository,
               const std::string& arch) {
  std::set<std::string> names;
  for (const auto& package : packages) {
    const auto bad =
        Error("cannot publish " + package.name.text() + " to the repository '" + repository + "'");
    if (package.name.arch != arch && package.name.arch != "any")
      throw Error(bad).because("the repository is for " + arch);
    if (!names.insert(package.name.pkgname).second)
      throw Error(bad).because("the set holds two packages of that name");
  }
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
  for (const auto& [directory, odd] : db.odd_entries()) {
    const auto known = files.odd_entries().find(directory);
    result.put_odd(directory,
                   {odd.desc, known == files.odd_entries().end() ? "" : known->second.files});
  }
  return result;
}

/// The package files in a directory, and their pkgnames.
std::vector<std::pair<std::string, std::string>> package_files(const fs::path& directory) {
  std::vector<std::pair<std::string, std::string>> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(directory, none)) {
    auto file = entry.path().filename().string();
    const auto name = PackageFileName::parse(file);
    if (name && fs::is_regular_file(entry.symlink_status(none)))
      found.emplace_back(std::move(file), name->pkgname);
  }
  return found;
}

/// The package files of which only what lay beside them is there: their removal was cut short.
std::set<std::string> half_removed(const fs::path& directory) {
  std::set<std::string> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(directory, none)) {
    const auto name = entry.path().filename().string();
    auto package = name;
    for (const auto& ending : {signature_path("").string(), provenance_path("").string()})
      if (package.ends_with(ending)) package.resize(package.size() - ending.size());
    if (package != name && PackageFileName::parse(package) &&
        !fs::exists(fs::symlink_status(directory / package, none)))
      found.insert(package);
  }
  return found;
}

/// Whether the file has the content that a build of ours made under its name.
bool lies_there_as_made(const fs::path& path, const Made& made, const Cancellation& cancel) {
  const auto file = path.filename().string();
  return !made(file).empty() && is_ours(made, file, sha256_of_file(path, cancel));
}

void check_compression(const DatabaseFiles& files) {
  if (pacman::can_compress(files.ending())) return;
  const auto archive = files.archive("db").string();
  throw Error("cannot write the database '" + archive + "'")
      .because("its compression needs another program")
      .advise("make it again as .db.tar.zst with repo-add, and remove '" + archive + "'");
}

}  // namespace

LocalRepository::LocalRepository(std::string name, fs::path root, std::string arch,
                                 Cancellation cancel, Signer* signer)
    : name_(std::move(name)),
      root_(std::move(root)),
      arch_(std::move(arch)),
      cancel_(std::move(cancel)),
      signer_(signer) {}

fs::path LocalRepository::directory() const {
  return root_ / name_ / arch_;
}

/// The link <repo>.<form> leads to the archive, but repo-add removes it for a moment.
fs::path LocalRepository::database(const std::string& form) const {
  const auto link = directory() / (name_ + "." + form);
  return fs::exists(link) ? link : DatabaseFiles(directory(), name_).archive(form);
}

RepositoryDatabase LocalRepository::read(const std::string& form, Texts texts) const {
  try {
    const auto path = database(form);
    return texts == Texts::keep ? RepositoryDatabase::read(path)
                                : RepositoryDatabase::read_facts(path);
  } catch (Error& error) {
    error.while_doing("cannot read the repository '" + name_ + "' in '" + root_.string() + "'");
    error.advise("repair or remove its database " + form);
    throw;
  }
}

LocalRepository::Edited LocalRepository::edit() const {
  auto db = EditedDatabase::open(database("db"));
  auto files = EditedDatabase::open(database("files"));
  if (db && files && db->holds_the_same_as(*files)) return {std::move(*db), std::move(*files)};
  auto all = read("db");
  auto joined = with_files(all, read("files"));
  return {EditedDatabase(std::move(all)), EditedDatabase(std::move(joined))};
}

bool LocalRepository::contains(const PackageFileName& file) {
  return listed(file).has_value();
}

/// A look at the database is fast, so this does no less than contains().
std::optional<ListedFile> LocalRepository::listed(const PackageFileName& file) {
  const auto database = facts();
  const auto* entry = database->find(file.pkgname);
  if (entry == nullptr || !entry->is(file) || !has_file(*entry)) return std::nullopt;
  return ListedFile{entry->sha256};
}

std::optional<DatabaseEntry> LocalRepository::entry(const std::string& pkgname) {
  const auto known = facts();
  const auto* found = known->find(pkgname);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::shared_ptr<const RepositoryDatabase> LocalRepository::facts() {
  const std::lock_guard lock(mutex_);
  // Taken before reading: if the file changes in between, it is only read once more.
  const auto stamp = stamp_of(directory() / (name_ + ".db"));
  if (!facts_ || !stamp || stamp != stamp_) {
    facts_ = std::make_shared<RepositoryDatabase>(read("db", Texts::drop));
    stamp_ = stamp;
  }
  return facts_;
}

Published LocalRepository::publish(const std::vector<PackageArchive>& packages,
                                   const Terms& terms) {
  if (packages.empty()) return {};
  check_set(packages, name_, arch_);
  expect_publication();
  try {
    make_directories(directory());
    const RepositoryLock lock(directory(), name_, {}, cancel_);
    check_compression(lock.files());
    auto published = publish_locked(lock, packages, terms);
    remove_leftovers_of(packages, terms, published);
    return published;
  } catch (const fs::filesystem_error& error) {
    throw Error("cannot publish to the repository '" + name_ + "'").because(error.what());
  }
}

Published LocalRepository::publish_locked(const RepositoryLock& lock,
                                          const std::vector<PackageArchive>& packages,
                                          const Terms& terms) {
  StagedFile::remove_leftovers(directory());
  auto [db, files] = edit();
  Publication publication(directory(), name_, lock.files(), packages, terms, signer_, cancel_);
  if (!publication.check(db, files)) return {};
  publication.place();
  publication.write_databases(db, files);
  return publication.finish();
}

/// Removes old versions of these packages, left by a run that was killed after it replaced the
/// databases.
void LocalRepository::remove_leftovers_of(const std::vector<PackageArchive>& packages,
                                          const Terms& terms, Published& published) const {
  std::map<std::string, std::string> current;
  for (const auto& package : packages) current[package.name.pkgname] = package.name.text();
  for (const auto& [file, pkgname] : package_files(directory())) {
    const auto found = current.find(pkgname);
    if (found == current.end() || found->second == file) continue;
    try {
      if (!lies_there_as_made(directory() / file, terms.made, cancel_)) continue;
      remove_package_file(directory() / file);
      published.removed.push_back("removed " + file + " from '" + name_ +
                                  "', which was left there");
    } catch (const std::exception& error) {  // everything was published
      published.notices.push_back("cannot tell whether " + file + " in '" + name_ +
                                  "' is needed: " + error.what());
    }
  }
}

std::vector<Removable> LocalRepository::leftovers(const Made& made,
                                                  const std::vector<OwnFile>& withdrawn) {
  std::vector<Removable> result;
  const auto database = facts();
  for (const auto& [file, pkgname] : package_files(directory())) {
    const auto* entry = database->find(pkgname);
    const auto path = directory() / file;
    const bool is_withdrawn =
        entry == nullptr &&
        std::any_of(withdrawn.begin(), withdrawn.end(), [&, &name = file](const auto& own) {
          return own.file_name == name && sha256_of_file(path, cancel_) == own.sha256;
        });
    const bool is_old =
        entry != nullptr && entry->file_name != file && lies_there_as_made(path, made, cancel_);
    if (!is_withdrawn && !is_old) continue;
    result.push_back({file + " in '" + name_ + "', which no database names", fs::file_size(path),
                      [path] { remove_package_file(path); }});
  }
  for (const auto& file : half_removed(directory()))
    if (!made(file).empty())
      result.push_back({"what is left of " + file + " in '" + name_ + "'", std::nullopt,
                        [path = directory() / file] { remove_companions(path); }});
  return result;
}

void LocalRepository::withdraw(const OwnFile& file) {
  const auto name = PackageFileName::parse(file.file_name);
  if (!name) return;
  expect_publication();
  const RepositoryLock lock(directory(), name_, {}, cancel_);
  auto [db, files] = edit();
  const auto* entry = db.find(name->pkgname);
  if (entry == nullptr || entry->file_name != file.file_name || entry->sha256 != file.sha256)
    return;
  db.erase(name->pkgname);
  files.erase(name->pkgname);
  write(lock, db, files);
  remove_package_file(directory() / file.file_name);
}

void LocalRepository::write(const RepositoryLock& lock, EditedDatabase& db,
                            EditedDatabase& files) const {
  check_compression(lock.files());
  const std::vector<PackageArchive> none;
  Publication(directory(), name_, lock.files(), none, {}, signer_, cancel_)
      .write_databases(db, files);
}

std::optional<Offer> LocalRepository::offer(const std::vector<std::string>& dependencies) {
  // Otherwise another build's publication could remove replaced files while they are copied.
  auto hold = std::make_shared<SharedRepositoryLock>(directory(), RepositoryLock::Times().own_wait,
                                                     cancel_);
  auto needed = needed_entries(read("db"), dependencies);
  std::vector<std::string> missing;
  for (const auto& [pkgname, entry] : needed.entries())
    if (!has_file(entry)) missing.push_back(pkgname);
  for (const auto& pkgname : missing) needed.erase(pkgname);
  if (needed.entries().empty()) return std::nullopt;
  return offer_files(name_, directory(), std::move(needed), std::move(hold));
}

bool LocalRepository::has_file(const DatabaseEntry& entry) const {
  // Another tool may have written the entry, with a name that leads out of the directory.
  if (!PackageFileName::parse(entry.file_name)) return false;
  std::error_code error;
  const auto path = directory() / entry.file_name;
  return fs::is_regular_file(path, error) && fs::file_size(path, error) == entry.size;
}

void LocalRepository::check() {
  auto nearest = fs::absolute(directory());
  std::error_code error;
  while (!fs::exists(nearest, error) && nearest.has_relative_path())
    nearest = nearest.parent_path();
  try {
    if (!fs::is_directory(nearest, error))
      throw Error("'" + nearest.string() + "' is not a directory");
    // Only trying tells: modes say nothing about read-only file systems or NFS.
    const StagedFile attempt(nearest);
  } catch (Error& failed) {
    failed.while_doing("cannot write to the repository '" + name_ + "' in '" +
                       directory().string() + "'");
    failed.advise("make that directory writable for this user, or choose another path");
    throw;
  }
  read("db", Texts::drop);
}

}  // namespace pkgkiln
