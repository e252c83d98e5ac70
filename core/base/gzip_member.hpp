#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

}  // namespace pkgkiln
