#include "core/publish/spool.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/journal/build_record_json.hpp"
#include "core/package/package_name.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

constexpr const char* kManifest = "manifest.json";

bool is_component(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

bool is_plain_file(const fs::path& path) {
  std::error_code none;
  return fs::is_regular_file(fs::symlink_status(path, none));
}

std::vector<fs::path> directories_in(const fs::path& path) {
  std::vector<fs::path> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(path, none))
    if (fs::is_directory(entry.symlink_status())) found.push_back(entry.path());
  return found;
}

std::uint64_t size_of_files(const fs::path& directory) {
  std::error_code none;
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(directory, none))
    if (is_plain_file(entry.path())) bytes += entry.file_size(none);
  return bytes;
}

Spool::Batch read_batch(const fs::path& directory) {
  if (!fs::exists(directory / kManifest)) throw Error("its build was interrupted");
  Spool::Batch batch{directory, build_record_from_json(read_file(directory / kManifest))};
  if (batch.build.files.empty()) throw Error("its manifest names no file");
  for (const auto& file : batch.build.files) {
    if (!pacman::PackageFileName::parse(file.file_name))
      throw Error("its manifest names a file that can't be a package");
    if (!is_plain_file(directory / file.file_name))
      throw Error("the package '" + file.file_name + "' is missing");
  }
  return batch;
}

}  // namespace

fs::path Spool::open(const std::string& target, const std::string& build) const {
  if (!is_component(target) || !is_component(build))
    throw Error("cannot spool '" + target + "/" + build + "': that can't be a directory's name");
  const auto directory = root_ / target / build;
  try {
    fs::remove_all(directory);
    fs::create_directories(directory);
    fs::permissions(directory, fs::perms::owner_all);
  } catch (const fs::filesystem_error& error) {
    throw Error("cannot make the spool directory '" + directory.string() + "'")
        .because(error.code().message())
        .advise("check the owner of the state directory, and the free space on its disk");
  }
  return directory;
}

void Spool::seal(const Batch& batch) const {
  for (const auto& entry : fs::directory_iterator(batch.directory))
    if (is_plain_file(entry.path())) sync_file(entry.path());
  sync_directory(batch.directory);
  write_file_atomically(batch.directory / kManifest, to_json(batch.build), 0600);
  // The directories may be new as well.
  sync_directory(batch.directory.parent_path());
  sync_directory(root_);
}

void Spool::drop(const fs::path& directory) const {
  if (directory.parent_path().parent_path() != root_)
    throw Error("'" + directory.string() + "' is not in the spool '" + root_.string() + "'");
  std::error_code failure;
  // The manifest goes first, so that a half-removed batch doesn't count.
  fs::remove(directory / kManifest, failure);
  if (!failure) fs::remove_all(directory, failure);
  if (failure)
    throw Error("cannot remove '" + directory.string() + "' from the spool")
        .because(failure.message());
  ::rmdir(directory.parent_path().c_str());  // unless there are more batches of the target
}

std::vector<Spool::Batch> Spool::pending(std::vector<std::string>& notices) const {
  std::vector<Batch> batches;
  for (const auto& target : directories_in(root_)) {
    for (const auto& directory : directories_in(target)) {
      try {
        batches.push_back(read_batch(directory));
      } catch (const Error& error) {
        notices.push_back("removed the packages in '" + directory.string() + "': " + error.what());
        drop(directory);
      }
    }
    ::rmdir(target.c_str());  // if nothing is left of it
  }
  std::sort(batches.begin(), batches.end(), [](const Batch& a, const Batch& b) {
    return std::pair(a.build.finished, a.directory) < std::pair(b.build.finished, b.directory);
  });
  return batches;
}

std::vector<Spool::Batch> Spool::others_of(const std::string& target,
                                           const std::string& build) const {
  std::vector<Batch> batches;
  for (const auto& directory : directories_in(root_ / target)) {
    if (directory.filename() == build) continue;
    try {
      batches.push_back(read_batch(directory));
    } catch (const Error&) {
      continue;  // pending() tells of it
    }
  }
  return batches;
}

std::vector<Removable> Spool::removable(
    const std::function<bool(const BuildRecord&)>& is_wanted) const {
  std::vector<Removable> result;
  for (const auto& target : directories_in(root_))
    for (const auto& directory : directories_in(target)) {
      std::string what = "what a build of " + target.filename().string() + " left half done";
      try {
        const auto batch = read_batch(directory);
        if (is_wanted(batch.build)) continue;
        what = "packages of " + batch.build.target + " that wait for the repository '" +
               batch.build.repository + "'";
      } catch (const Error&) {  // NOLINT(bugprone-empty-catch): as it is called above
      }
      result.push_back(
          {std::move(what), size_of_files(directory), [*this, directory] { drop(directory); }});
    }
  return result;
}

}  // namespace pkgkiln
