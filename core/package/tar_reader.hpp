#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/base/cancellation.hpp"
#include "core/base/file.hpp"

namespace pkgkiln::pacman {

/// Reads a tar archive, compressed or not, front to back in one pass, as hostile input: memory
/// use doesn't depend on it, no program is started for it, links are never followed. Names are
/// kept as the bytes that they are, whatever the user's locale. What pacman, which lets libarchive
/// guess, could take for something else than we do is refused. Not thread-safe.
class TarReader {
 public:
  struct Entry {
    std::string name;
    bool directory = false;
    bool regular = false;
  };

  struct Whole {
    std::uint64_t size = 0;  // bytes of the file, as it is on disk
    std::uint64_t unpacked = 0;
    std::string sha256;
    std::optional<FileStamp> stamp;  // with it, the content is that; nothing when it is too young
  };

  /// A part of a file that can be read by itself.
  struct Range {
    std::uint64_t offset = 0;
    std::uint64_t size = UINT64_MAX;
  };

  /// How far it may unpack: `bytes` at most, and what is more than `free` only up to `ratio` times
  /// what was read of the file for it.
  struct Limits {
    std::uint64_t bytes = 0;
    std::uint64_t free = UINT64_MAX;
    std::uint64_t ratio = 0;
    Cancellation cancel = Cancellation::never();
    std::string advice = {};  // for what would be longer than `bytes`
  };

  /// Throws Error when the path isn't a regular file. More unpacked bytes than the limits allow are
  /// an error; asked to stop, every call throws Cancelled. Of a range only the entries can be had,
  /// since it needs no end mark.
  TarReader(const std::filesystem::path& path, const Limits& limits)
      : TarReader(path, limits, Range{}) {}
  TarReader(const std::filesystem::path& path, const Limits& limits, const Range& range);
  ~TarReader();

  /// The next entry; nothing at the end. Throws Error for what isn't a sound archive.
  std::optional<Entry> next();
  /// What the current entry holds; Error when that is longer than `limit` bytes.
  std::string content(std::uint64_t limit);
  /// After the last entry: reads the file to its end, where the compression's checksum is. Throws
  /// Error when something is missing or is not what it was.
  Whole finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pkgkiln::pacman
