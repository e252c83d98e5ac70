#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/publish/local_repository.hpp"
#include "core/publish/publication.hpp"
#include "core/repodb/database_text.hpp"

/// What a LocalRepository does about signatures, but for those of what it publishes.
namespace pkgkiln {

namespace fs = std::filesystem;
using pacman::DatabaseEntry;

namespace {

constexpr std::array kForms{"db", "files"};

/// Takes signatures out of the entries. Returns whether there was one.
bool drop_embedded(const pacman::RepositoryDatabase& all, pacman::EditedDatabase& db,
                   pacman::EditedDatabase& files) {
  constexpr const char* field = "PGPSIG";
  bool found = false;
  for (const auto& [pkgname, facts] : all.entries()) {
    if (pacman::desc_values(facts.desc, field).empty()) continue;
    found = true;
    for (auto* edited : {&db, &files}) {
      const auto* there = edited->find(pkgname);
      if (there == nullptr) continue;
      auto entry = *there;
      entry.desc = pacman::desc_without(entry.desc, field);
      edited->put(std::move(entry));
    }
  }
  return found;
}

}  // namespace

void LocalRepository::expect_publication() {
  if (signer_ != nullptr) signer_->check();
}

/// A signature is written after its database. Comparing their times takes no gpg: each run does it.
bool LocalRepository::seems_signed(const DatabaseFiles& files) {
  return std::all_of(kForms.begin(), kForms.end(), [&](const char* form) {
    std::error_code missing;
    const auto archive = files.archive(form);
    const auto written = fs::last_write_time(archive, missing);
    if (missing) return true;  // nothing is there yet
    return fs::last_write_time(signature_path(archive), missing) >= written && !missing &&
           fs::exists(signature_path(files.link(form)), missing);
  });
}

std::ptrdiff_t LocalRepository::unsigned_packages() {
  const auto database = facts();
  return std::ranges::count_if(database->entries(), [&](const auto& named) {
    std::error_code none;
    return !fs::exists(signature_path(directory() / named.second.file_name), none);
  });
}

bool LocalRepository::is_signed() {
  return signer_ != nullptr && seems_signed(DatabaseFiles(directory(), name_)) &&
         unsigned_packages() == 0;
}

std::vector<std::string> LocalRepository::mend() {
  std::error_code none;
  if (signer_ == nullptr || !fs::exists(directory(), none)) return {};
  if (!seems_signed(DatabaseFiles(directory(), name_))) {
    expect_publication();
    const RepositoryLock lock(directory(), name_, {}, cancel_);
    auto [db, files] = edit();
    if (!seems_signed(lock.files())) write(lock, db, files);
  }
  const auto count = unsigned_packages();
  if (count == 0) return {};
  return {std::to_string(count) + (count == 1 ? " package" : " packages") + " in '" + name_ +
          "' without a signature: pkgkiln sign --all"};
}

bool LocalRepository::sign_package(const DatabaseEntry& entry) {
  const RepositoryLock lock(directory(), name_, {}, cancel_);
  const auto path = directory() / entry.file_name;
  if (!has_file(entry)) return false;  // it was replaced meanwhile
  if (signer_->is_signed(path, signature_path(path))) return false;
  if (sha256_of_file(path, cancel_) != entry.sha256)
    throw Error("cannot sign '" + path.string() + "'")
        .because("its content is not what the database says")
        .advise("remove the file and its entry, and build it again");
  StagedFile signature(directory());
  signature.append(signer_->sign(path));
  signature.place_over(signature_path(path));
  return true;
}

void LocalRepository::sign_all(const SigningListener& tell) {
  std::error_code none;
  if (signer_ == nullptr || !fs::exists(directory(), none)) return;
  expect_publication();
  const auto database = facts();
  // Locked for each package anew, so that nobody has to wait for all of them.
  for (const auto& [pkgname, entry] : database->entries()) {
    try {
      if (sign_package(entry)) tell(entry.file_name, nullptr);
    } catch (const Error& error) {
      tell(entry.file_name, &error);
    }
  }
  const RepositoryLock lock(directory(), name_, {}, cancel_);
  auto [db, files] = edit();
  // Pacman would take a signature in an entry for that of the file.
  const bool embedded = drop_embedded(read("db"), db, files);
  const bool is_signed = std::all_of(kForms.begin(), kForms.end(), [&](const char* form) {
    const auto archive = lock.files().archive(form);
    return !fs::exists(archive, none) || signer_->is_signed(archive, signature_path(archive));
  });
  if (is_signed && seems_signed(lock.files()) && !embedded) return;
  write(lock, db, files);
  for (const auto* form : kForms) tell(name_ + "." + form, nullptr);
}

}  // namespace pkgkiln
