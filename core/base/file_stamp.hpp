#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace pkgkiln {

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
