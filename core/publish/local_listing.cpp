#include <algorithm>
#include <iterator>
#include <set>
#include <system_error>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/publish/local_repository.hpp"
#include "core/repodb/database_text.hpp"

/// What a LocalRepository tells of what is in it.
namespace pkgkiln {

namespace fs = std::filesystem;
using pacman::DatabaseEntry;
using pacman::RepositoryDatabase;

namespace {

/// Of the files in `directory` those that seem to be packages, but that nothing names.
std::vector<RepositoryProblem> nameless(const fs::path& directory, const RepositoryDatabase& db) {
  std::set<std::string> files;
  std::error_code none;
  for (const auto& one : fs::directory_iterator(directory, none))
    if (fs::is_regular_file(one.symlink_status(none))) files.insert(one.path().filename().string());
  std::vector<RepositoryProblem> found;
  for (const auto& file : files) {
    const auto name = pacman::PackageFileName::parse(file);
    if (!name) continue;
    const auto* entry = db.find(name->pkgname);
    if (entry == nullptr || entry->file_name != file)
      found.push_back({file, "lies there, but the database doesn't name it"});
  }
  return found;
}

}  // namespace

std::vector<DatabaseEntry> LocalRepository::packages() {
  std::vector<DatabaseEntry> found;
  const auto known = facts();
  for (const auto& [pkgname, entry] : known->entries()) found.push_back(entry);
  return found;
}

std::map<std::string, std::vector<std::string>> LocalRepository::files_of(
    const std::vector<std::string>& pkgnames) const {
  const auto path = database("files");
  auto pieces = pacman::EditedDatabase::open(path);
  const auto whole = pieces ? RepositoryDatabase() : read("files");
  std::map<std::string, std::vector<std::string>> found;
  for (const auto& pkgname : pkgnames)
    if (const auto* entry = pieces ? pieces->find(pkgname) : whole.find(pkgname))
      found.emplace(pkgname, pacman::desc_values(entry->files, "FILES"));
  return found;
}

std::string LocalRepository::problem_of(const DatabaseEntry& entry) {
  const auto path = directory() / entry.file_name;
  std::error_code none;
  if (!fs::exists(path, none)) return "is in the database, but isn't there";
  if (!has_file(entry)) return "has another size than the database says";
  if (sha256_of_file(path, cancel_) != entry.sha256)
    return "has other content than the database says";
  if (signer_ == nullptr) return {};
  if (!fs::exists(signature_path(path), none)) return "has no signature: pkgkiln sign --all";
  return signer_->is_signed(path, signature_path(path)) ? "" : "has a signature that is not valid";
}

std::vector<RepositoryProblem> LocalRepository::examine() {
  std::vector<RepositoryProblem> found;
  const auto db = facts();
  for (const auto& [pkgname, entry] : db->entries()) {
    cancel_.check();
    std::string problem;
    try {
      problem = problem_of(entry);
    } catch (const Error& error) {
      problem = std::string("can't be read: ") + error.what();
    }
    if (problem.empty()) continue;
    const auto now = facts();
    const auto* still = now->find(pkgname);
    if (still != nullptr && still->file_name == entry.file_name && still->sha256 == entry.sha256)
      found.push_back({entry.file_name, std::move(problem)});
  }
  // Files are placed before the databases are, so nothing may be published while these are
  // compared.
  const SharedRepositoryLock hold(directory(), RepositoryLock::Times().own_wait, cancel_);
  compare_databases(found);
  std::ranges::move(nameless(directory(), *facts()), std::back_inserter(found));
  return found;
}

void LocalRepository::compare_databases(std::vector<RepositoryProblem>& found) {
  const auto db = read("db");
  const auto files = read("files", Texts::drop);
  for (const auto& [pkgname, entry] : db.entries()) {
    const auto* listed = files.find(pkgname);
    if (listed == nullptr || listed->version != entry.version)
      found.push_back({entry.file_name, "is in " + name_ + ".db, but not in " + name_ + ".files"});
  }
  for (const auto& [pkgname, entry] : files.entries())
    if (db.find(pkgname) == nullptr)
      found.push_back({entry.file_name, "is in " + name_ + ".files, but not in " + name_ + ".db"});
  for (const auto& [at, odd] : db.odd_entries())
    found.push_back({at, "has an entry that can't be read"});
}

}  // namespace pkgkiln
