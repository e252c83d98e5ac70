#include "core/repodb/compression.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "core/base/error.hpp"

namespace pkgkiln::pacman {

namespace {

using AddFilter = int (*)(archive*);

/// Those of repo-add(8) that need no other program.
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

/// Where the bytes go; no exception may pass through libarchive.
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

bool can_compress(std::string_view ending) {
  return writer_for(ending) != nullptr;
}

void compress_as(std::string_view ending, const Sink& out,
                 const std::function<void(const Sink&)>& write) {
  Outlet outlet{out};  // outlives the writer, which still writes when it is freed
  const auto writer = writer_for(ending);
  if (!writer) throw Error("nothing here can write '*" + std::string(ending) + "'");
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
