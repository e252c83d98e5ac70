#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "core/base/stream.hpp"

namespace pkgkiln {

/// A file descriptor with one owner. -1 is none.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset() noexcept;

 private:
  int fd_ = -1;
};

/// A new directory (mode 0700), removed with all that is in it.
class TempDir {
 public:
  /// `where` empty: the system's directory for temporary files.
  explicit TempDir(const std::filesystem::path& where = {}, std::string_view prefix = "pkgkiln");
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The whole file; throws Error when it can't be read or is longer than `limit` bytes.
std::string read_file(const std::filesystem::path& path, std::uint64_t limit = 16U << 20U);

/// Writes a new file beside `path`, syncs it, renames it over `path` and syncs the directory: a
/// reader or a power cut sees the old content or the new, never a part.
void write_file_atomically(const std::filesystem::path& path, std::string_view content,
                           mode_t mode = 0644);

/// The same for a regular file that is there: it keeps its owner and mode, and where `path` is a
/// link, what that leads to is replaced. Error where one may not write to it.
void replace_file(const std::filesystem::path& path, std::string_view content);

/// Makes the directory and its parents, with mode 0755 whatever the umask: others serve what lies
/// in it. Directories that are there keep their modes. Throws Error.
void make_directories(const std::filesystem::path& path);

/// Writes all of `bytes`; throws Error naming `path` (for the message only).
void write_all(int fd, std::string_view bytes, const std::filesystem::path& path);

/// Syncs a regular file. Links are not followed.
void sync_file(const std::filesystem::path& path);
/// Syncs the directory itself, so that renames in it last.
void sync_directory(const std::filesystem::path& path);

/// A stream of the file's bytes from `offset` on, opened at once.
Source file_source(const std::filesystem::path& path, std::uint64_t offset = 0);

/// What lies in a directory, what was written last first; nothing where it can't be read.
std::vector<std::filesystem::path> newest_first(const std::filesystem::path& directory);

/// Throws Error "<what_failed>: <strerror(errno)>".
[[noreturn]] void throw_errno(std::string what_failed);
/// What to do about a file that can't be used, by its errno; may be empty.
std::string file_advice(int code);

/// Which file it is and when it was last changed, by the clock of its file system, which no one
/// can set for a file. Two stamps that differ are of a file that was written to, or of two.
struct FileStamp {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t seconds = 0, nanoseconds = 0;

  bool operator==(const FileStamp&) const = default;

  /// Whether the same stamp at a later time means the same content: a file system's clock is
  /// coarse, and a change right after another may get the time of that.
  bool is_settled() const;
};

/// Throws Error when the file can't be looked at.
FileStamp stamp_of(int fd);
/// Of what a link leads to; nothing when there is no such file.
std::optional<FileStamp> stamp_of(const std::filesystem::path& path);

}  // namespace pkgkiln
