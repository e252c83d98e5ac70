#include "core/publish/local_repository.hpp"

#include <cerrno>
#include <memory>
#include <set>
#include <sys/stat.h>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/publish/local_offer.hpp"
#include "core/publish/needed_entries.hpp"
#include "core/publish/publication.hpp"
#include "core/publish/repository_lock.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;
using pacman::DatabaseEntry;
using pacman::PackageArchive;
using pacman::PackageFileName;
using pacman::RepositoryDatabase;

namespace {

/// Changes whenever the file is another one; empty when there is none.
std::string stamp_of(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    throw_errno("cannot look at '" + path.string() + "'");
  }
  std::string stamp;
  for (const auto part :
       {static_cast<std::int64_t>(status.st_dev), static_cast<std::int64_t>(status.st_ino),
        static_cast<std::int64_t>(status.st_size), static_cast<std::int64_t>(status.st_mtim.tv_sec),
        static_cast<std::int64_t>(status.st_mtim.tv_nsec)})
    stamp += std::to_string(part) + ' ';
  return stamp;
}

/// With mode 0755 whatever the umask, but only those that it makes.
void make_directories(const fs::path& path) {
  if (path.empty() || fs::exists(path)) return;
  make_directories(path.parent_path());
  if (::mkdir(path.c_str(), 0755) != 0) {
    if (errno == EEXIST) return;
    throw_errno("cannot make the directory '" + path.string() + "'");
  }
  if (::chmod(path.c_str(), 0755) != 0)
    throw_errno("cannot set the mode of '" + path.string() + "'");
}

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

}  // namespace

LocalRepository::LocalRepository(std::string name, fs::path root, std::string arch)
    : name_(std::move(name)), root_(std::move(root)), arch_(std::move(arch)) {}

fs::path LocalRepository::directory() const {
  return root_ / name_ / arch_;
}

/// The link <repo>.<form> leads to the archive, whatever its compression; repo-add removes it for
/// a moment.
RepositoryDatabase LocalRepository::read(const std::string& form) const {
  const auto link = directory() / (name_ + "." + form);
  try {
    return RepositoryDatabase::read(fs::exists(link) ? link : fs::path(link.string() + ".tar.gz"));
  } catch (Error& error) {
    error.while_doing("cannot read the repository '" + name_ + "' in '" + root_.string() + "'");
    error.advise("mend or remove what is in the place of '" + link.string() + "'");
    throw;
  }
}

bool LocalRepository::contains(const PackageFileName& file) {
  const std::lock_guard lock(mutex_);
  // Asked before it is read: when it changes in between, it is only read once more.
  const auto stamp = stamp_of(directory() / (name_ + ".db"));
  if (stamp.empty() || stamp != stamp_) {
    read_last_ = read("db");
    stamp_ = stamp;
  }
  const auto* entry = read_last_.find(file.pkgname);
  if (entry == nullptr || entry->version != file.version) return false;
  const auto published = PackageFileName::parse(entry->file_name);
  if (!published || published->pkgname != file.pkgname || published->version != file.version ||
      published->arch != file.arch)
    return false;
  return has_file(*entry);
}

void LocalRepository::publish(const std::vector<PackageArchive>& packages) {
  if (packages.empty()) return;
  check_set(packages, name_, arch_);
  try {
    make_directories(directory());
    const RepositoryLock lock(directory(), name_, {});
    PlacedFile::remove_leftovers(directory());
    auto db = read("db");
    const auto files = read("files");
    Publication publication(directory(), name_, packages);
    if (!publication.check(db, files)) return;
    publication.place();
    publication.write_databases(std::move(db), files);
    publication.finish();
  } catch (const fs::filesystem_error& error) {
    throw Error("cannot publish to the repository '" + name_ + "'").because(error.what());
  }
}

std::optional<Offer> LocalRepository::offer(const std::vector<std::string>& dependencies) {
  // Another build's publication would remove files that are replaced, while they are on their way.
  auto hold = std::make_shared<RepositoryHold>(directory(), RepositoryLock::Times().own_wait);
  auto needed = needed_entries(read("db"), dependencies);
  std::vector<std::string> missing;
  for (const auto& [pkgname, entry] : needed.entries())
    if (!has_file(entry)) missing.push_back(pkgname);
  for (const auto& pkgname : missing) needed.erase(pkgname);
  if (needed.entries().empty()) return std::nullopt;
  return offer_files(name_, directory(), std::move(needed), std::move(hold));
}

bool LocalRepository::has_file(const DatabaseEntry& entry) const {
  // The entry may be another tool's, and the name lead out of here.
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
    // Trying is the only answer that counts: modes say nothing of read-only file systems or NFS.
    const PlacedFile attempt(nearest);
  } catch (Error& failed) {
    failed.while_doing("cannot write to the repository '" + name_ + "' in '" +
                       directory().string() + "'");
    failed.advise("make that directory writable for this user, or choose another path");
    throw;
  }
  read("db");
}

}  // namespace pkgkiln
