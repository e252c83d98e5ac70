#include "core/base/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <functional>
#include <memory>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "core/base/error.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kCoarsest = 2;  // seconds

UniqueFd open_for_reading(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw_errno("cannot open '" + path.string() + "'");
  return fd;
}

std::size_t read_some(int fd, char* buffer, std::size_t size, const fs::path& path) {
  for (;;) {
    const auto got = ::read(fd, buffer, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw_errno("cannot read '" + path.string() + "'");
  }
}

/// Into the place of the one that is there. `owner`: whoever that one's is; null: ours.
void write_new_file(const fs::path& path, std::string_view content, mode_t mode,
                    const struct stat* owner) {
  std::string beside = path.string() + ".XXXXXX";
  UniqueFd fd(::mkostemp(beside.data(), O_CLOEXEC));
  if (!fd) throw_errno("cannot make a file beside '" + path.string() + "'");
  try {
    write_all(fd.get(), content, path);
    struct stat made {};
    const bool is_ours =
        owner == nullptr || (::fstat(fd.get(), &made) == 0 && made.st_uid == owner->st_uid &&
                             made.st_gid == owner->st_gid);
    if ((!is_ours && ::fchown(fd.get(), owner->st_uid, owner->st_gid) != 0) ||
        ::fchmod(fd.get(), mode) != 0 || ::fsync(fd.get()) != 0 ||
        ::rename(beside.c_str(), path.c_str()) != 0)
      throw_errno("cannot write '" + path.string() + "'");
  } catch (...) {
    ::unlink(beside.c_str());
    throw;
  }
  sync_directory(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

FileStamp stamp(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
          static_cast<std::uint64_t>(status.st_size), status.st_ctim.tv_sec,
          status.st_ctim.tv_nsec};
}

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void UniqueFd::reset() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

TempDir::TempDir(const fs::path& where, std::string_view prefix) {
  std::error_code failed;
  const auto parent = where.empty() ? fs::temp_directory_path(failed) : where;
  if (failed)
    throw Error("cannot find the directory for temporary files")
        .because(failed.message())
        .advise("set TMPDIR to a directory that you can write to");
  std::string pattern = (parent / (std::string(prefix) + "-XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw_errno("cannot make a temporary directory in '" + parent.string() + "'");
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string read_file(const fs::path& path, std::uint64_t limit) {
  const auto fd = open_for_reading(path);
  std::string content;
  std::array<char, 65536> buffer{};
  while (const auto size = read_some(fd.get(), buffer.data(), buffer.size(), path)) {
    content.append(buffer.data(), size);
    if (content.size() > limit)
      throw Error("cannot read '" + path.string() + "'")
          .because("it is longer than " + std::to_string(limit) + " bytes");
  }
  return content;
}

void make_directories(const fs::path& path) {
  std::error_code none;
  if (path.empty() || fs::exists(path, none)) return;
  make_directories(path.parent_path());
  if (::mkdir(path.c_str(), 0755) != 0) {
    if (errno == EEXIST) return;
    throw_errno("cannot make the directory '" + path.string() + "'");
  }
  if (::chmod(path.c_str(), 0755) != 0)
    throw_errno("cannot set the mode of '" + path.string() + "'");
}

void write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      throw_errno("cannot write '" + path.string() + "'");
  }
}

void sync_file(const fs::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd || ::fsync(fd.get()) != 0) throw_errno("cannot sync '" + path.string() + "'");
}

void sync_directory(const fs::path& path) {
  const auto fd = open_for_reading(path);
  if (::fsync(fd.get()) != 0) throw_errno("cannot sync the directory '" + path.string() + "'");
}

void write_file_atomically(const fs::path& path, std::string_view content, mode_t mode) {
  write_new_file(path, content, mode, nullptr);
}

void replace_file(const fs::path& path, std::string_view content) {
  std::error_code failed;
  const auto real = fs::canonical(path, failed);
  struct stat status {};
  if (failed || ::stat(real.c_str(), &status) != 0) {
    if (failed) errno = failed.value();
    throw_errno("cannot write '" + path.string() + "'");
  }
  if (!S_ISREG(status.st_mode))
    throw Error("cannot write '" + path.string() + "'").because("it is no regular file");
  if (::faccessat(AT_FDCWD, real.c_str(), W_OK, AT_EACCESS) != 0)
    throw_errno("cannot write '" + real.string() + "'");
  write_new_file(real, content, status.st_mode & 07777U, &status);
}

Source file_source(const fs::path& path, std::uint64_t offset) {
  auto fd = std::make_shared<UniqueFd>(open_for_reading(path));
  if (offset > 0 && ::lseek(fd->get(), static_cast<off_t>(offset), SEEK_SET) < 0)
    throw_errno("cannot read '" + path.string() + "'");
  return [fd, path](char* buffer, std::size_t size) {
    return read_some(fd->get(), buffer, size, path);
  };
}

std::vector<std::filesystem::path> newest_first(const std::filesystem::path& directory) {
  std::error_code none;
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  for (const auto& entry : fs::directory_iterator(directory, none))
    found.emplace_back(fs::last_write_time(entry.path(), none), entry.path());
  std::ranges::sort(found, std::greater<>());
  std::vector<fs::path> paths;
  for (auto& [time, path] : found) paths.push_back(std::move(path));
  return paths;
}

void throw_errno(std::string what_failed) {
  const int code = errno;
  throw Error(std::move(what_failed))
      .because(std::generic_category().message(code))
      .advise(file_advice(code));
}

std::string file_advice(int code) {
  if (code == ENOSPC || code == EDQUOT) return "make room on the disk that it is on";
  if (code == EACCES || code == EPERM || code == EROFS)
    return "let this user use it, or run pkgkiln as the user who may";
  return {};
}

bool FileStamp::is_settled() const {
  const std::int64_t now = std::time(nullptr);
  return seconds + kCoarsest <= now;
}

FileStamp stamp_of(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_errno("cannot look at a file");
  return stamp(status);
}

std::optional<FileStamp> stamp_of(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return stamp(status);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw_errno("cannot look at '" + path.string() + "'");
}

}  // namespace pkgkiln
