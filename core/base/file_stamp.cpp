#include "core/base/file_stamp.hpp"

#include <cerrno>
#include <ctime>
#include <sys/stat.h>

#include "core/base/file.hpp"

namespace pkgkiln {

namespace {

constexpr std::int64_t kCoarsest = 2;  // seconds

FileStamp stamp(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
          static_cast<std::uint64_t>(status.st_size), status.st_ctim.tv_sec,
          status.st_ctim.tv_nsec};
}

}  // namespace

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
