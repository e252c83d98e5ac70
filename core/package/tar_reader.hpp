#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/base/cancellation.hpp"
#include "core/base/file.hpp"

namespace pkgkiln::pacman {

/// Reads a tar archive, compressed or not, front to back in one pass. It is hostile input: memory
/// use doesn't depend on it, no program is started, links are never followed. Names keep their
/// bytes in every locale. An archive that pacman, which lets libarchive guess the format, could
/// read differently is refused. Not thread-safe.
class TarReader {
 public:
  struct Entry {
    std::string name;
    bool directory = false;
    bool regular = false;
    unsigned mode = 0;  // permissions
    std::uint64_t size = 0;
    std::int64_t uid = 0, gid = 0;
    std::int64_t time = 0;  // seconds of the epoch
    std::string link = {};  // what a link leads to, a hard one too
  };

  struct Summary {
    std::uint64_t size = 0;  // bytes of the file, as it is on disk
    std::uint64_t unpacked = 0;
    std::string sha256;
    std::optional<FileStamp> stamp;  // while the file has it, the content is the same; nothing if
                                     // the file is too new to tell
  };

  /// A part of a file that can be read alone.
  struct Range {
    std::uint64_t offset = 0;
    std::uint64_t size = UINT64_MAX;
  };

  /// Bounds on unpacking: `bytes` at most, and beyond `free` only `ratio` times what was read from
  /// the file.
  struct Limits {
    std::uint64_t bytes = 0;
    std::uint64_t free = UINT64_MAX;
    std::uint64_t ratio = 0;
    Cancellation cancel = Cancellation::never();
    std::string advice = {};  // if `bytes` is exceeded
  };

  /// Throws Error if the path isn't a regular file. Every call throws Error beyond the limits, and
  /// Cancelled when asked to stop. Of a range only the entries can be read, since it needs no end
  /// mark.
  TarReader(const std::filesystem::path& path, const Limits& limits)
      : TarReader(path, limits, Range{}) {}
  TarReader(const std::filesystem::path& path, const Limits& limits, const Range& range);
  ~TarReader();

  /// The next entry; nothing at the end. Throws Error for what isn't a sound archive.
  std::optional<Entry> next();
  /// The content of the current entry. Throws Error if it is longer than `limit` bytes.
  std::string content(std::uint64_t limit);
  /// Of the same, which is not kept.
  std::string sha256_of_content();
  /// To be called after the last entry: reads the file to its end, where the compression's checksum
  /// is. Throws Error if something is missing or damaged.
  Summary finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pkgkiln::pacman
