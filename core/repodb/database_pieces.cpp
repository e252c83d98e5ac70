#include "core/repodb/database_pieces.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/gzip_member.hpp"
#include "core/base/tar_writer.hpp"

namespace pkgkiln::pacman {

namespace {

constexpr std::uint32_t kEntriesPerPiece = 128;  // on average
constexpr std::size_t kDigest = 16;              // hexadecimal digits of a SHA-256
constexpr std::size_t kTarEndSize = 1024;        // zeros

/// FNV-1a: it must spread well and never change; nothing else.
bool begins_piece(std::string_view pkgname) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : pkgname) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return hash % kEntriesPerPiece == 0;
}

void add(TarWriter& tar, const std::string& name, const std::string& text) {
  tar.file(name, text.size(), false);
  if (!text.empty()) tar.write(text);
}

void add_entry(TarWriter& tar, const std::string& directory, const std::string& desc,
               const std::string& files, RepositoryDatabase::Form form) {
  tar.directory(directory);
  add(tar, directory + "/desc", desc);
  if (form == RepositoryDatabase::Form::files && !files.empty())
    add(tar, directory + "/files", files);
}

std::string directory_of(const DatabaseEntry& entry) {
  return entry.pkgname + "-" + entry.version;
}

/// The entries of one piece, as they come.
class PieceWriter {
 public:
  PieceWriter(RepositoryDatabase::Form form, const Sink& sink) : form_(form), sink_(sink) {}

  void put(const DatabaseEntry& entry) {
    if (begins_piece(entry.pkgname)) finish();
    put(entry.pkgname, directory_of(entry), entry.desc, entry.files);
  }
  void put_odd(const std::string& directory, const OddEntry& entry) {
    put(std::string(kOddPiece), directory, entry.desc, entry.files);
  }

  void finish() {
    if (first_.empty()) return;
    sink_(gzip_member(tar_, packages_.finish().substr(0, kDigest) + first_));
    tar_.clear();
    first_.clear();
    packages_ = Sha256();
  }

 private:
  void put(const std::string& name, const std::string& directory, const std::string& desc,
           const std::string& files) {
    if (first_.empty()) first_ = name;
    packages_.update(directory + "\n");
    TarWriter tar([this](std::string_view bytes) { tar_ += bytes; }, 0, 0, TarWriter::Extent::part);
    add_entry(tar, directory, desc, files, form_);
    tar.finish();
  }

  RepositoryDatabase::Form form_;
  const Sink& sink_;
  std::string tar_;
  std::string first_;
  Sha256 packages_;
};

/// The bytes of the file from there on, at most as many as a head of a piece needs.
std::string_view bytes_at(int fd, std::uint64_t offset, std::array<char, kGzipMemberHead>& buffer,
                          const std::filesystem::path& path) {
  ssize_t got = 0;
  do got = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(offset));
  while (got < 0 && errno == EINTR);
  if (got < 0) throw_errno("cannot read '" + path.string() + "'");
  return {buffer.data(), static_cast<std::size_t>(got)};
}

/// Whether the pieces are in order, and their end is at the end.
bool are_whole(const std::vector<DatabasePiece>& pieces) {
  if (pieces.empty() || !pieces.back().first.empty()) return false;
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
    const auto& next = pieces[i + 1].first;
    if (pieces[i].first.empty() || (!next.empty() && next <= pieces[i].first)) return false;
  }
  return true;
}

using AddFilter = int (*)(archive*);

/// The compressions of repo-add(8) that need no other program.
constexpr std::array<std::pair<std::string_view, AddFilter>, 8> kFilters{{
    {".tar", archive_write_add_filter_none},
    {".tar.gz", archive_write_add_filter_gzip},
    {".tar.bz2", archive_write_add_filter_bzip2},
    {".tar.xz", archive_write_add_filter_xz},
    {".tar.zst", archive_write_add_filter_zstd},
    {".tar.lz4", archive_write_add_filter_lz4},
    {".tar.lz", archive_write_add_filter_lzip},
    {".tar.Z", archive_write_add_filter_compress},
}};

struct FreeWriter {
  void operator()(archive* writer) const { archive_write_free(writer); }
};
using Writer = std::unique_ptr<archive, FreeWriter>;

struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

/// A writer with that filter; none where libarchive can't do it by itself.
Writer writer_for(std::string_view ending) {
  Writer writer(archive_write_new());
  for (const auto& [name, add_filter] : kFilters)
    if (name == ending && writer && add_filter(writer.get()) == ARCHIVE_OK) return writer;
  return nullptr;
}

/// Passes the bytes on; no exception may pass through libarchive.
struct Outlet {
  const Sink& sink;
  std::exception_ptr failure = nullptr;

  static la_ssize_t take(archive*, void* self, const void* bytes, std::size_t size) {
    auto& outlet = *static_cast<Outlet*>(self);
    try {
      if (!outlet.failure) outlet.sink({static_cast<const char*>(bytes), size});
    } catch (...) {
      outlet.failure = std::current_exception();
    }
    // Never a failure: a writer that failed isn't freed whole by libarchive.
    return static_cast<la_ssize_t>(size);
  }
};

void check(bool fine, archive* writer, const Outlet& outlet) {
  if (outlet.failure) std::rethrow_exception(outlet.failure);
  if (fine) return;
  const char* why = archive_error_string(writer);
  throw Error("cannot compress a database").because(why != nullptr ? why : "unknown reason");
}

}  // namespace

std::optional<std::vector<DatabasePiece>> read_pieces(const std::filesystem::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) throw_errno("cannot open '" + path.string() + "'");
  const auto end = static_cast<std::uint64_t>(status.st_size);
  std::vector<DatabasePiece> pieces;
  std::array<char, kGzipMemberHead> buffer{};
  for (std::uint64_t at = 0; at < end; at += pieces.back().size) {
    const auto head = gzip_member_head(bytes_at(fd.get(), at, buffer, path));
    if (!head || head->note.size() < kDigest || head->size > end - at) return std::nullopt;
    pieces.push_back({head->note.substr(kDigest), head->note.substr(0, kDigest), at, head->size});
  }
  if (!are_whole(pieces)) return std::nullopt;
  return pieces;
}

void write_pieces(const RepositoryDatabase& entries, RepositoryDatabase::Form form,
                  const Sink& sink) {
  PieceWriter writer(form, sink);
  for (const auto& [pkgname, entry] : entries.entries()) writer.put(entry);
  writer.finish();
  for (const auto& [directory, entry] : entries.odd_entries()) writer.put_odd(directory, entry);
  writer.finish();
}

void write_end_piece(const Sink& sink) {
  sink(gzip_member(std::string(kTarEndSize, '\0'), sha256_of("").substr(0, kDigest)));
}

void write_tar(const RepositoryDatabase& entries, RepositoryDatabase::Form form, const Sink& sink) {
  TarWriter tar(sink, 0, 0, TarWriter::Extent::part);
  for (const auto& [pkgname, entry] : entries.entries())
    add_entry(tar, directory_of(entry), entry.desc, entry.files, form);
  for (const auto& [directory, entry] : entries.odd_entries())
    add_entry(tar, directory, entry.desc, entry.files, form);
  tar.finish();
}

void write_tar_end(const Sink& sink) {
  sink(std::string(kTarEndSize, '\0'));
}

std::string digest_of_packages(const RepositoryDatabase& entries) {
  Sha256 packages;
  for (const auto& [pkgname, entry] : entries.entries())
    packages.update(directory_of(entry) + "\n");
  for (const auto& [directory, entry] : entries.odd_entries()) packages.update(directory + "\n");
  return packages.finish().substr(0, kDigest);
}

bool can_compress(std::string_view ending) {
  return writer_for(ending) != nullptr;
}

void compress_as(std::string_view ending, const Sink& out,
                 const std::function<void(const Sink&)>& write) {
  Outlet outlet{out};  // outlives the writer, which still writes when it is freed
  const auto writer = writer_for(ending);
  if (!writer) throw Error("this program cannot write '*" + std::string(ending) + "'");
  auto* raw = writer.get();
  archive_write_set_bytes_in_last_block(raw, 1);  // nothing is added to fill a block
  const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_pathname(entry.get(), "data");
  check(archive_write_set_format_raw(raw) == ARCHIVE_OK &&
            archive_write_open(raw, &outlet, nullptr, Outlet::take, nullptr) == ARCHIVE_OK &&
            archive_write_header(raw, entry.get()) == ARCHIVE_OK,
        raw, outlet);
  write([&](std::string_view bytes) {
    const auto wrote = archive_write_data(raw, bytes.data(), bytes.size());
    check(wrote == static_cast<la_ssize_t>(bytes.size()), raw, outlet);
  });
  check(archive_write_close(raw) == ARCHIVE_OK, raw, outlet);
}

}  // namespace pkgkiln::pacman
