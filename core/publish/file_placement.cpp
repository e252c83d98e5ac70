#include "core/publish/file_placement.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/publish/provenance.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = ".pkgkiln-";
constexpr mode_t kPublishedMode = 0644;  // whatever the umask

bool rename_to_new(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  // Some file systems (NFS, older FUSE) don't know the flag; link() doesn't replace either.
  if (errno != EINVAL && errno != ENOSYS) return false;
  return ::link(from.c_str(), to.c_str()) == 0 && ::unlink(from.c_str()) == 0;
}

/// Has the kernel copy as much as it can, and write the data to disk meanwhile.
void copy_by_kernel(int in, int out, const Cancellation& cancel) {
  constexpr std::size_t chunk = std::size_t{16} << 20U;
  off_t begin = 0;
  for (;;) {
    cancel.check();
    const auto copied = ::copy_file_range(in, nullptr, out, nullptr, chunk, 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied <= 0) return;
    ::sync_file_range(out, begin, copied, SYNC_FILE_RANGE_WRITE);
    begin += copied;
  }
}

void copy_content(int in, const fs::path& source, const fs::path& target,
                  const Cancellation& cancel) {
  const UniqueFd out(::open(target.c_str(), O_WRONLY | O_CLOEXEC));
  if (!out) throw_errno("cannot write '" + target.string() + "'");
  copy_by_kernel(in, out.get(), cancel);
  // The rest, on other file systems or old kernels, is copied here from where it stopped.
  std::array<char, 65536> buffer{};
  ssize_t got = 0;
  while ((got = ::read(in, buffer.data(), buffer.size())) != 0) {
    cancel.check();
    if (got > 0)
      write_all(out.get(), {buffer.data(), static_cast<std::size_t>(got)}, target);
    else if (errno != EINTR)
      throw_errno("cannot read '" + source.string() + "'");
  }
}

/// Makes `target` a hard link to the file, with the mode of a published one. Returns false and
/// changes nothing if that is impossible: on another file system, or on one without hard links.
bool link_content(int in, const fs::path& source, const fs::path& target) {
  const auto beside = target.string() + "+";
  ::unlink(beside.c_str());
  if (::link(source.c_str(), beside.c_str()) != 0) return false;
  const bool same = stamp_of(fs::path(beside)) == stamp_of(in);
  if (same && ::fchmod(in, kPublishedMode) == 0 && ::rename(beside.c_str(), target.c_str()) == 0)
    return true;
  ::unlink(beside.c_str());
  return false;
}

}  // namespace

StagedFile::StagedFile(const fs::path& directory) {
  auto pattern = (directory / (std::string(kPrefix) + "XXXXXX")).string();
  const UniqueFd fd(::mkostemp(pattern.data(), O_CLOEXEC));
  if (!fd) throw_errno("cannot make a file in '" + directory.string() + "'");
  path_ = pattern;
  if (::fchmod(fd.get(), kPublishedMode) != 0)
    throw_errno("cannot set the mode of '" + pattern + "'");
}

StagedFile::StagedFile(StagedFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), synced_(other.synced_) {}

StagedFile::~StagedFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

void StagedFile::append(std::string_view bytes) const {
  const UniqueFd out(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!out) throw_errno("cannot write '" + path_.string() + "'");
  write_all(out.get(), bytes, path_);
}

void StagedFile::sync() {
  if (!synced_) sync_file(path_);
  synced_ = true;
}

void StagedFile::place_new(const fs::path& target) {
  sync();
  if (!rename_to_new(path_, target)) throw_errno("cannot make '" + target.string() + "'");
  path_.clear();
}

void StagedFile::place_over(const fs::path& target) {
  sync();
  if (::rename(path_.c_str(), target.c_str()) != 0)
    throw_errno("cannot replace '" + target.string() + "'");
  path_.clear();
}

void StagedFile::remove_leftovers(const fs::path& directory) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(directory))
    if (entry.path().filename().string().starts_with(kPrefix)) found.push_back(entry.path());
  for (const auto& path : found) ::unlink(path.c_str());
}

StagedFile staged(const pacman::PackageArchive& package, const fs::path& directory,
                  const Cancellation& cancel) {
  const UniqueFd in(::open(package.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!in) throw_errno("cannot open '" + package.path.string() + "'");
  const auto unchanged = [&] { return package.stamp && stamp_of(in.get()) == *package.stamp; };
  StagedFile file(directory);
  bool checked = unchanged();
  if (!link_content(in.get(), package.path, file.path())) {
    copy_content(in.get(), package.path, file.path(), cancel);
    checked = checked && unchanged();
  }
  if (!checked && sha256_of_file(file.path(), cancel) != package.sha256)
    throw Error("cannot publish '" + package.path.string() + "'")
        .because("its content has changed since it was checked");
  return file;
}

void place_link(const std::string& target, const fs::path& link) {
  std::error_code ignored;
  if (fs::is_symlink(link, ignored) && fs::read_symlink(link, ignored) == target) return;
  const auto beside = link.parent_path() / (std::string(kPrefix) + link.filename().string());
  ::unlink(beside.c_str());
  if (::symlink(target.c_str(), beside.c_str()) != 0 || ::rename(beside.c_str(), link.c_str()) != 0)
    throw_errno("cannot make the link '" + link.string() + "'");
}

fs::path signature_path(const fs::path& file) {
  return file.string() + ".sig";
}

void remove_companions(const fs::path& package) {
  const auto provenance = provenance_path(package);
  for (const auto& path : {signature_path(provenance), provenance, signature_path(package)})
    ::unlink(path.c_str());
}

void remove_package_file(const fs::path& path) {
  ::unlink(path.c_str());
  remove_companions(path);
}

}  // namespace pkgkiln
