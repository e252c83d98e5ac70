#include "tests/conformance/tar.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace conformance {

namespace {

struct Free {
  void operator()(archive* tar) const { archive_free(tar); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

la_ssize_t append(archive*, void* text, const void* bytes, std::size_t size) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

void check(archive* tar, bool good) {
  if (!good) throw std::runtime_error(std::string("tar: ") + archive_error_string(tar));
}

unsigned int file_type(TarEntry::Type type) {
  if (type == TarEntry::Type::file) return AE_IFREG;
  return type == TarEntry::Type::directory ? AE_IFDIR : AE_IFLNK;
}

TarEntry converted(archive* tar, archive_entry* entry) {
  TarEntry result;
  result.path = archive_entry_pathname(entry);
  if (result.path.ends_with('/')) result.path.pop_back();
  result.mode = archive_entry_perm(entry);
  result.uid = static_cast<unsigned>(archive_entry_uid(entry));
  result.gid = static_cast<unsigned>(archive_entry_gid(entry));
  if (archive_entry_filetype(entry) == AE_IFDIR) {
    result.type = TarEntry::Type::directory;
  } else if (archive_entry_filetype(entry) == AE_IFLNK) {
    result.type = TarEntry::Type::link;
    result.content = archive_entry_symlink(entry);
  } else {
    result.content.resize(static_cast<std::size_t>(archive_entry_size(entry)));
    const auto size = archive_read_data(tar, result.content.data(), result.content.size());
    check(tar, size == static_cast<la_ssize_t>(result.content.size()));
  }
  return result;
}

}  // namespace

std::string make_tar(const std::vector<TarEntry>& entries) {
  std::string bytes;
  const std::unique_ptr<archive, Free> tar(archive_write_new());
  archive_write_set_format_pax_restricted(tar.get());
  archive_write_set_options(tar.get(), "hdrcharset=BINARY");
  check(tar.get(), archive_write_open(tar.get(), &bytes, nullptr, append, nullptr) == ARCHIVE_OK);
  for (const auto& [type, path, content, mode, uid, gid] : entries) {
    const std::unique_ptr<archive_entry, Free> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), path.c_str());
    archive_entry_set_filetype(entry.get(), file_type(type));
    archive_entry_set_perm(entry.get(), mode);
    archive_entry_set_uid(entry.get(), uid);
    archive_entry_set_gid(entry.get(), gid);
    const bool is_file = type == TarEntry::Type::file;
    archive_entry_set_size(entry.get(), is_file ? static_cast<la_int64_t>(content.size()) : 0);
    if (type == TarEntry::Type::link) archive_entry_set_symlink(entry.get(), content.c_str());
    check(tar.get(), archive_write_header(tar.get(), entry.get()) >= ARCHIVE_WARN);
    if (is_file) archive_write_data(tar.get(), content.data(), content.size());
  }
  check(tar.get(), archive_write_close(tar.get()) == ARCHIVE_OK);
  return bytes;
}

std::vector<TarEntry> read_tar(const std::string& bytes) {
  const std::unique_ptr<archive, Free> tar(archive_read_new());
  archive_read_support_format_tar(tar.get());
  check(tar.get(), archive_read_open_memory(tar.get(), bytes.data(), bytes.size()) == ARCHIVE_OK);
  std::vector<TarEntry> entries;
  for (archive_entry* entry = nullptr;;) {
    const int status = archive_read_next_header(tar.get(), &entry);
    if (status == ARCHIVE_EOF) return entries;
    check(tar.get(), status >= ARCHIVE_WARN);
    entries.push_back(converted(tar.get(), entry));
  }
}

pkgkiln::Source source_of(const std::string& bytes) {
  return [&bytes, at = std::size_t{0}](char* buffer, std::size_t size) mutable {
    const auto given = std::min(size, bytes.size() - at);
    std::memcpy(buffer, bytes.data() + at, given);
    at += given;
    return given;
  };
}

}  // namespace conformance
