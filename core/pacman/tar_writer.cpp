#include "core/pacman/tar_writer.hpp"

#include <archive.h>
#include <archive_entry.h>

#include "core/base/error.hpp"

namespace pkgkiln::pacman {

namespace {

struct Free {
  void operator()(archive* writer) const { archive_write_free(writer); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

}  // namespace

struct TarWriter::State {
  void check(int result) const {
    if (result == ARCHIVE_OK) return;
    const char* why = archive_error_string(writer.get());
    throw Error("cannot write '" + path.string() + "'").because(why == nullptr ? "no memory" : why);
  }

  void header(const std::string& name, unsigned int type, unsigned int mode, std::size_t size) {
    const std::unique_ptr<archive_entry, Free> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), type);
    archive_entry_set_perm(entry.get(), mode);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    archive_entry_set_mtime(entry.get(), 0, 0);
    check(archive_write_header(writer.get(), entry.get()));
  }

  std::filesystem::path path;
  std::unique_ptr<archive, Free> writer{archive_write_new()};
};

TarWriter::TarWriter(const std::filesystem::path& path)
    : state_(std::make_unique<State>(State{path})) {
  auto* writer = state_->writer.get();
  state_->check(archive_write_add_filter_gzip(writer));
  state_->check(archive_write_set_filter_option(writer, "gzip", "timestamp", nullptr));
  state_->check(archive_write_set_format_pax_restricted(writer));
  state_->check(archive_write_open_filename(writer, path.c_str()));
}

TarWriter::~TarWriter() = default;

void TarWriter::directory(const std::string& name) {
  state_->header(name, AE_IFDIR, 0755, 0);
}

void TarWriter::file(const std::string& name, std::string_view content) {
  state_->header(name, AE_IFREG, 0644, content.size());
  while (!content.empty()) {
    const auto written = archive_write_data(state_->writer.get(), content.data(), content.size());
    if (written <= 0) state_->check(ARCHIVE_FATAL);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

void TarWriter::finish() {
  state_->check(archive_write_close(state_->writer.get()));
}

}  // namespace pkgkiln::pacman
