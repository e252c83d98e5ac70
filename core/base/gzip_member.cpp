#include "core/base/gzip_member.hpp"

#include <zlib.h>

#include "core/base/error.hpp"

namespace pkgkiln {

namespace {

// ID, "deflate", a flag for the extra field; no time, no system.
constexpr std::string_view kBegin("\x1f\x8b\x08\x04\0\0\0\0\0\xff", 10);
constexpr std::string_view kField = "PK";  // our mark among the extra field's parts
constexpr std::size_t kFixed = kBegin.size() + 2 + kField.size() + 2 + 4;
constexpr std::size_t kMaxNote = 1024;
constexpr int kLevel = 6;
constexpr int kRawDeflate = -15;
constexpr int kMemory = 8;

std::string little_endian(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>((value >> (8 * i)) & 0xffU);
  return text;
}

std::uint64_t number(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i)
    value = value << 8U | static_cast<unsigned char>(bytes[i - 1]);
  return value;
}

std::string deflated(std::string_view content) {
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kRawDeflate, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
    throw Error("cannot start to compress");
  std::string packed(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw Error("cannot compress");
  return packed;
}

std::uint64_t checksum(std::string_view content) {
  return crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
}

constexpr int kGzipOnly = 16 + MAX_WBITS;

}  // namespace

std::string gzip_member(std::string_view content, std::string_view note) {
  if (note.size() > kMaxNote || content.size() > std::uint32_t(1) << 30U)
    throw Error("cannot compress more than 1 GiB at once");
  const auto packed = deflated(content);
  const auto size = kFixed + note.size() + packed.size() + 8;
  std::string member(kBegin);
  member += little_endian(kField.size() + 2 + 4 + note.size(), 2);
  member += kField;
  member += little_endian(4 + note.size(), 2);
  member += little_endian(size, 4);
  member += note;
  member += packed;
  member += little_endian(checksum(content), 4);
  member += little_endian(content.size(), 4);
  return member;
}

std::optional<GzipMemberHead> gzip_member_head(std::string_view bytes) {
  if (bytes.size() < kFixed || !bytes.starts_with(kBegin)) return std::nullopt;
  bytes.remove_prefix(kBegin.size());
  const auto extra = number(bytes.substr(0, 2));
  const auto field = number(bytes.substr(4, 2));
  if (bytes.substr(2, 2) != kField || field < 4 || extra != field + 4) return std::nullopt;
  const auto size = number(bytes.substr(6, 4));
  bytes.remove_prefix(kFixed - kBegin.size());
  const auto note = field - 4;
  if (note > kMaxNote || note > bytes.size() || size < kFixed + note + 8) return std::nullopt;
  return GzipMemberHead{size, std::string(bytes.substr(0, note))};
}

bool is_gzip(std::string_view bytes) {
  return bytes.starts_with(kBegin.substr(0, 2));
}

struct Gunzip::Stream {
  z_stream zlib{};
  bool begun = false;  // a member that is not at its end
};

Gunzip::Gunzip() : stream_(std::make_unique<Stream>()) {
  if (inflateInit2(&stream_->zlib, kGzipOnly) != Z_OK) throw Error("cannot start to unpack");
}

Gunzip::~Gunzip() {
  inflateEnd(&stream_->zlib);
}

std::size_t Gunzip::read(char* buffer, std::size_t size,
                         const std::function<std::string_view()>& packed) {
  auto& zlib = stream_->zlib;
  zlib.next_out = reinterpret_cast<Bytef*>(buffer);
  zlib.avail_out = static_cast<uInt>(size);
  while (zlib.avail_out == size) {
    if (zlib.avail_in == 0) {
      const auto bytes = packed();
      if (bytes.empty() && stream_->begun) throw Error("the gzip file is cut off");
      if (bytes.empty()) return 0;
      zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      zlib.avail_in = static_cast<uInt>(bytes.size());
    }
    stream_->begun = true;
    const int result = inflate(&zlib, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      stream_->begun = false;
      inflateReset(&zlib);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      throw Error("the gzip file is damaged")
          .because(zlib.msg == nullptr ? "no reason given" : zlib.msg);
    }
  }
  return size - zlib.avail_out;
}

}  // namespace pkgkiln
