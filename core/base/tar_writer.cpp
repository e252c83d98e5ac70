#include "core/base/tar_writer.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <exception>

#include "core/base/error.hpp"

namespace pkgkiln {

namespace {

struct FreeArchive {
  void operator()(archive* tar) const { archive_write_free(tar); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using Entry = std::unique_ptr<archive_entry, FreeEntry>;

}  // namespace

struct TarWriter::State {
  Sink sink;
  int uid = 0;
  std::time_t time = 0;
  std::exception_ptr sink_failed;
  bool part = false;
  bool discards = false;  // what else is written is dropped
  std::unique_ptr<archive, FreeArchive> tar{archive_write_new()};  // last: its end uses the rest

  static la_ssize_t pass_on(archive*, void* self, const void* bytes, std::size_t size) {
    auto& state = *static_cast<State*>(self);
    try {
      if (!state.discards) state.sink({static_cast<const char*>(bytes), size});
    } catch (...) {  // nothing may be thrown through libarchive
      state.sink_failed = std::current_exception();
      state.discards = true;
    }
    // Never a failure: a writer that failed isn't freed whole by libarchive.
    return static_cast<la_ssize_t>(size);
  }

  void check(la_ssize_t result) {
    if (sink_failed) std::rethrow_exception(sink_failed);
    if (result >= ARCHIVE_WARN) return;
    const char* why = archive_error_string(tar.get());
    throw Error("cannot write a tar archive").because(why != nullptr ? why : "unknown reason");
  }

  Entry entry(const std::string& name, unsigned int type, bool executable) const {
    Entry made(archive_entry_new());
    archive_entry_set_pathname(made.get(), name.c_str());
    archive_entry_set_filetype(made.get(), type);
    archive_entry_set_perm(made.get(), executable ? 0755 : 0644);
    archive_entry_set_uid(made.get(), uid);
    archive_entry_set_gid(made.get(), uid);
    archive_entry_set_mtime(made.get(), time, 0);
    archive_entry_set_size(made.get(), 0);
    return made;
  }

  void begin(const Entry& made) { check(archive_write_header(tar.get(), made.get())); }
};

TarWriter::TarWriter(const Sink& sink, int uid, std::time_t time, Extent extent)
    : state_(std::make_unique<State>()) {
  state_->sink = sink;
  state_->uid = uid;
  state_->time = time;
  archive* tar = state_->tar.get();
  state_->check(archive_write_set_format_gnutar(tar));
  state_->part = extent == Extent::part;
  // What is written goes out at once, since what is collected in blocks goes out with the end mark.
  if (state_->part) state_->check(archive_write_set_bytes_per_block(tar, 0));
  state_->check(archive_write_open(tar, state_.get(), nullptr, State::pass_on, nullptr));
}

TarWriter::~TarWriter() {
  // Freeing it writes the end mark, if that hasn't come yet, as if the archive were complete.
  state_->discards = true;
}

void TarWriter::directory(const std::string& name) {
  state_->begin(state_->entry(name + "/", AE_IFDIR, true));
}

void TarWriter::link(const std::string& name, const std::string& points_to) {
  const auto made = state_->entry(name, AE_IFLNK, true);
  archive_entry_set_symlink(made.get(), points_to.c_str());
  state_->begin(made);
}

void TarWriter::file(const std::string& name, std::uint64_t size, bool executable) {
  const auto made = state_->entry(name, AE_IFREG, executable);
  archive_entry_set_size(made.get(), static_cast<la_int64_t>(size));
  state_->begin(made);
}

void TarWriter::write(std::string_view bytes) {
  const auto written = archive_write_data(state_->tar.get(), bytes.data(), bytes.size());
  state_->check(written);
  if (static_cast<std::size_t>(written) != bytes.size())
    throw Error("cannot write a tar archive").because("a file is longer than announced");
}

void TarWriter::finish() {
  auto* tar = state_->tar.get();
  state_->check(state_->part ? archive_write_finish_entry(tar) : archive_write_close(tar));
}

}  // namespace pkgkiln
