#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/stream.hpp"

namespace pkgkiln {

/// One member of a gzip file (RFC 1952), which may have many: their contents in a row are its
/// content. The header has a note, in a field that other programs pass over, and the member's
/// size, so that a reader of these can go from one to the next without unpacking. The same content
/// and note give the same bytes. The note has at most 1024 bytes.
std::string gzip_member(std::string_view content, std::string_view note);

struct GzipMemberHead {
  std::uint64_t size = 0;  // bytes, of the whole member
  std::string note;
};

/// As much of a member as is sure to hold its head.
inline constexpr std::size_t kGzipMemberHead = 2048;

/// Reads the head from the first bytes of a member; nothing when gzip_member() didn't make it.
std::optional<GzipMemberHead> gzip_member_head(std::string_view bytes);

/// Whether a file that begins so is a gzip file.
bool is_gzip(std::string_view bytes);

/// Unpacks a gzip file, of one member or many, and checks each member's checksum and size, which
/// libarchive does not. Not thread-safe.
class Gunzip {
 public:
  Gunzip();
  ~Gunzip();

  /// Fills the buffer with at most `size` of what `packed` unpacks to; 0 at the end. `packed`
  /// gives the file's next bytes, empty at its end, which stay until the next call. Throws Error
  /// for what is damaged, cut off, or followed by something else.
  std::size_t read(char* buffer, std::size_t size, const std::function<std::string_view()>& packed);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace pkgkiln
