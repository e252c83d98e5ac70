#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>

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

/// Writes all of `bytes`; throws Error naming `path` (for the message only).
void write_all(int fd, std::string_view bytes, const std::filesystem::path& path);

/// Syncs the directory itself, so that renames in it last.
void sync_directory(const std::filesystem::path& path);

/// A stream of the file's bytes from `offset` on, opened at once.
Source file_source(const std::filesystem::path& path, std::uint64_t offset = 0);

/// Throws Error "<what_failed>: <strerror(errno)>".
[[noreturn]] void throw_errno(std::string what_failed);

}  // namespace pkgkiln
