#include "core/package/tar_reader.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/gzip_member.hpp"

namespace pkgkiln::pacman {

namespace fs = std::filesystem;

namespace {

struct FreeArchive {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Archive = std::unique_ptr<archive, FreeArchive>;

/// libarchive converts the names in pax headers from UTF-8 to the locale's encoding. While this
/// lives, the thread's locale uses UTF-8, so names keep their bytes.
class Utf8Locale {
 public:
  Utf8Locale() : before_(utf8() == locale_t{} ? locale_t{} : ::uselocale(utf8())) {}
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() {
    if (before_ != locale_t{}) ::uselocale(before_);
  }

 private:
  /// Made once for all threads, and never freed.
  static locale_t utf8() {
    static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{});
    return locale;
  }

  locale_t before_;
};

Archive new_archive() {
  Archive reader(archive_read_new());
  if (!reader) throw Error("cannot read an archive").because("out of memory");
  return reader;
}

/// Only filters that libarchive unpacks by itself: for others it would start a program. Two are
/// here only to be recognized and refused.
void support_filters(archive* reader) {
  archive_read_support_filter_uu(reader);
  archive_read_support_filter_rpm(reader);
  archive_read_support_filter_gzip(reader);
  archive_read_support_filter_bzip2(reader);
  archive_read_support_filter_xz(reader);
  archive_read_support_filter_lzma(reader);
  archive_read_support_filter_lzip(reader);
  archive_read_support_filter_lz4(reader);
  archive_read_support_filter_zstd(reader);
  archive_read_support_filter_compress(reader);
}

/// Formats that pacman's libarchive would unpack too, by itself or with a program. A tar's first
/// entry can be made to look like one.
constexpr std::array<int, 2> kForeignFilters = {ARCHIVE_FILTER_UU, ARCHIVE_FILTER_RPM};
constexpr std::array<std::string_view, 3> kForeignBegins = {"LRZI", "GRZipII", "\x89LZO"};

bool has_foreign_filter(archive* reader) {
  for (int i = 0; i < archive_filter_count(reader); ++i)
    for (const int foreign : kForeignFilters)
      if (archive_filter_code(reader, i) == foreign) return true;
  return false;
}

constexpr std::size_t kHeader = 512;
constexpr std::size_t kMagic = 257;

/// Whether libarchive takes it for a tar and nothing else: the magic, "ustar" and a zero (POSIX) or
/// a blank (GNU), weighs more with it than what makes any other format likely.
bool is_plainly_tar(std::string_view header) {
  if (header.size() < kHeader || header.substr(kMagic, 5) != "ustar") return false;
  if (header[kMagic + 5] != '\0' && header[kMagic + 5] != ' ') return false;
  return std::none_of(kForeignBegins.begin(), kForeignBegins.end(),
                      [&](std::string_view begin) { return header.starts_with(begin); });
}

UniqueFd open_regular(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) throw_errno("cannot open '" + path.string() + "'");
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw_errno("cannot read '" + path.string() + "'");
  if (!S_ISREG(status.st_mode))
    throw Error("cannot read '" + path.string() + "'").because("it is not a regular file");
  return fd;
}

constexpr std::size_t kBlockSize = 65536;
/// A tar ends with two blocks of zeros.
constexpr std::uint64_t kLeastZerosAtEnd = 1024;

}  // namespace

/// A chain of two readers: one unpacks the file's bytes, the other reads the tar that comes out. So
/// the first can be read past the end of the tar, to the checksum at its very end.
struct TarReader::State {
  State(fs::path the_path, Limits the_limits, const Range& range)
      : path(std::move(the_path)),
        limits(std::move(the_limits)),
        fd(open_regular(path)),
        stamp(stamp_of(fd.get())),
        left(range.size) {
    if (::lseek(fd.get(), static_cast<off_t>(range.offset), SEEK_SET) < 0)
      throw_errno("cannot read '" + path.string() + "'");
  }

  Error bad(const std::string& why) const {
    return Error("cannot read '" + path.string() + "'").because(why);
  }
  Error bad(archive* reader) const {
    const char* why = archive_error_string(reader);
    return bad(why == nullptr ? "it is not a tar archive" : why);
  }

  /// The file's next bytes, which are counted and digested; empty at the end.
  std::string_view read_file() {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left));
    ssize_t got = 0;
    do got = ::read(fd.get(), buffer.data(), wanted);
    while (got < 0 && errno == EINTR);
    if (got < 0) throw_errno("cannot read '" + path.string() + "'");
    left -= static_cast<std::uint64_t>(got);
    size += static_cast<std::uint64_t>(got);
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    digest.update(bytes);
    return bytes;
  }

  /// The bytes for libarchive: those of the file, a gzip file's unpacked. -1 on errors, since no
  /// exception may pass through libarchive.
  la_ssize_t feed(const void** bytes) noexcept {
    try {
      if (!gunzip) {
        const auto read = read_file();
        if (size != read.size() || !is_gzip(read)) {
          *bytes = read.data();
          return static_cast<la_ssize_t>(read.size());
        }
        gunzip.emplace();
        first = read;
      }
      const auto count = gunzip->read(gunzipped.data(), gunzipped.size(), [&] {
        return first.empty() ? read_file() : std::exchange(first, {});
      });
      *bytes = gunzipped.data();
      return static_cast<la_ssize_t>(count);
    } catch (const std::exception& error) {
      broken = error.what();
      return -1;
    }
  }

  /// The next unpacked bytes; 0 at the end, -1 on errors.
  la_ssize_t unpack(const void** bytes) {
    std::size_t count = 0;
    la_int64_t offset = 0;
    int result = ARCHIVE_OK;
    do result = archive_read_data_block(unpacker.get(), bytes, &count, &offset);
    while (result == ARCHIVE_OK && count == 0);
    if (result == ARCHIVE_EOF) return 0;
    if (result != ARCHIVE_OK) return -1;
    unpacked += count;
    count_zeros(static_cast<const char*>(*bytes), count);
    if (begin.size() < kHeader)
      begin.append(static_cast<const char*>(*bytes), std::min(count, kHeader - begin.size()));
    return may_go_on() ? static_cast<la_ssize_t>(count) : -1;
  }

  bool may_go_on() const {
    return unpacked <= limits.bytes && !is_out_of_proportion() && !limits.cancel.requested();
  }
  bool is_out_of_proportion() const {
    return unpacked > limits.free && (unpacked - limits.free) / std::max<std::uint64_t>(size, 1) >=
                                         std::max<std::uint64_t>(limits.ratio, 1);
  }

  void count_zeros(const char* bytes, std::size_t count) {
    std::size_t zeros = 0;
    while (zeros < count && bytes[count - 1 - zeros] == 0) ++zeros;
    zeros_at_end = zeros == count ? zeros_at_end + zeros : zeros;
  }

  /// Why the tar reader failed: the cause may be in the reader below it.
  Error failure() const {
    limits.cancel.check();
    if (unpacked > limits.bytes)
      return bad("it is longer than " + std::to_string(limits.bytes) + " bytes unpacked")
          .advise(limits.advice);
    if (is_out_of_proportion())
      return bad("it unpacks to more than " + std::to_string(limits.ratio) + " times its size");
    if (!broken.empty()) return bad(broken);
    return archive_errno(unpacker.get()) != 0 ? bad(unpacker.get()) : bad(tar.get());
  }

  fs::path path;
  Limits limits;
  UniqueFd fd;
  FileStamp stamp;
  std::uint64_t left;  // of the range
  Utf8Locale locale;
  std::array<char, kBlockSize> buffer{}, gunzipped{};
  std::optional<Gunzip> gunzip;
  std::string_view first;  // of a gzip file
  std::string broken;      // why the file can't be read
  Sha256 digest;
  std::uint64_t size = 0, unpacked = 0, zeros_at_end = 0;
  std::string begin;  // of what is unpacked, at most a header
  Archive unpacker = new_archive();
  Archive tar = new_archive();
};

TarReader::TarReader(const fs::path& path, const Limits& limits, const Range& range)
    : state_(std::make_unique<State>(path, limits, range)) {
  auto& state = *state_;
  auto* unpacker = state.unpacker.get();
  support_filters(unpacker);
  archive_read_support_format_raw(unpacker);
  const auto from_file = [](archive*, void* data, const void** bytes) {
    return static_cast<State*>(data)->feed(bytes);
  };
  archive_entry* unused = nullptr;
  if (archive_read_open(unpacker, &state, nullptr, from_file, nullptr) != ARCHIVE_OK ||
      archive_read_next_header(unpacker, &unused) != ARCHIVE_OK)
    throw state.size == 0 ? state.bad("it is empty") : state.failure();
  if (has_foreign_filter(unpacker)) throw state.bad("it is packed in a way that isn't accepted");

  auto* tar = state.tar.get();
  archive_read_support_format_tar(tar);
  const auto from_unpacker = [](archive*, void* data, const void** bytes) {
    return static_cast<State*>(data)->unpack(bytes);
  };
  if (archive_read_open(tar, &state, nullptr, from_unpacker, nullptr) != ARCHIVE_OK)
    throw state.failure();
}

TarReader::~TarReader() = default;

std::optional<TarReader::Entry> TarReader::next() {
  archive_entry* entry = nullptr;
  const int result = archive_read_next_header(state_->tar.get(), &entry);
  if (result == ARCHIVE_EOF) return std::nullopt;
  if (result != ARCHIVE_OK) throw state_->failure();
  if (!is_plainly_tar(state_->begin))
    throw state_->bad("its first header isn't that of a POSIX or GNU tar");
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr) throw state_->bad("an entry has no readable name");
  const auto type = archive_entry_filetype(entry);
  const char* link = archive_entry_hardlink(entry);
  const bool regular = type == AE_IFREG && link == nullptr;
  if (link == nullptr) link = archive_entry_symlink(entry);
  return Entry{name,
               type == AE_IFDIR,
               regular,
               archive_entry_perm(entry),
               static_cast<std::uint64_t>(archive_entry_size(entry)),
               archive_entry_uid(entry),
               archive_entry_gid(entry),
               archive_entry_mtime(entry),
               link == nullptr ? "" : link};
}

std::string TarReader::content(std::uint64_t limit) {
  constexpr std::size_t piece = 16384;
  std::string text;
  for (;;) {
    const auto had = text.size();
    text.resize(had + piece);
    const auto got = archive_read_data(state_->tar.get(), text.data() + had, piece);
    if (got < 0) throw state_->failure();
    text.resize(had + static_cast<std::size_t>(got));
    if (got == 0) break;
    if (text.size() > limit)
      throw state_->bad("an entry is longer than " + std::to_string(limit) + " bytes");
  }
  text.shrink_to_fit();
  return text;
}

std::string TarReader::sha256_of_content() {
  std::array<char, kBlockSize> bytes;
  Sha256 digest;
  for (;;) {
    const auto got = archive_read_data(state_->tar.get(), bytes.data(), bytes.size());
    if (got < 0) throw state_->failure();
    if (got == 0) return digest.finish();
    digest.update({bytes.data(), static_cast<std::size_t>(got)});
  }
}

TarReader::Summary TarReader::finish() {
  const void* bytes = nullptr;
  la_ssize_t got = 0;
  do got = state_->unpack(&bytes);
  while (got > 0);
  if (got < 0) throw state_->failure();
  if (state_->zeros_at_end < kLeastZerosAtEnd) throw state_->bad("the archive is cut off");
  while (!state_->read_file().empty()) state_->limits.cancel.check();
  const auto after = stamp_of(state_->fd.get());
  const bool proves = after == state_->stamp && after.is_settled();
  return {state_->size, state_->unpacked, state_->digest.finish(),
          proves ? std::optional(after) : std::nullopt};
}

}  // namespace pkgkiln::pacman
