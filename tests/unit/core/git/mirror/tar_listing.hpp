#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <map>
#include <stdexcept>
#include <string>

#include "core/git/git.hpp"

namespace pkgkiln::test {

struct TarEntry {
  char type = '-';  // '-', 'd' or 'l'
  unsigned int mode = 0;
  long uid = -1, gid = -1;
  long long time = 0;
  std::string content;  // of a link what it points to
};

/// What is below the path at that commit, as an archive.
inline void export_tar(git::Mirror& mirror, const std::string& commit, const std::string& path,
                       int uid, const Sink& sink, const Cancellation& cancel) {
  TarWriter tar(sink, uid, mirror.time(commit));
  mirror.add_to(tar, commit, path, {}, cancel);
  tar.finish();
}

/// What libarchive finds in a tar archive, by name; throws when it is broken off.
inline std::map<std::string, TarEntry> list_tar(const std::string& tar) {
  std::map<std::string, TarEntry> entries;
  archive* reader = archive_read_new();
  archive_read_support_format_tar(reader);
  int result = archive_read_open_memory(reader, tar.data(), tar.size());
  archive_entry* found = nullptr;
  while (result == ARCHIVE_OK &&
         (result = archive_read_next_header(reader, &found)) == ARCHIVE_OK) {
    TarEntry entry;
    const auto type = archive_entry_filetype(found);
    entry.type = type == AE_IFDIR ? 'd' : type == AE_IFLNK ? 'l' : '-';
    entry.mode = archive_entry_perm(found);
    entry.uid = static_cast<long>(archive_entry_uid(found));
    entry.gid = static_cast<long>(archive_entry_gid(found));
    entry.time = archive_entry_mtime(found);
    if (entry.type == 'l') entry.content = archive_entry_symlink(found);
    std::array<char, 4096> buffer{};
    la_ssize_t size = 0;
    while ((size = archive_read_data(reader, buffer.data(), buffer.size())) > 0)
      entry.content.append(buffer.data(), static_cast<std::size_t>(size));
    if (size < 0) result = ARCHIVE_FATAL;
    entries[archive_entry_pathname(found)] = entry;
  }
  const std::string why = result == ARCHIVE_EOF ? "" : archive_error_string(reader);
  archive_read_free(reader);
  if (!why.empty()) throw std::runtime_error(why);
  return entries;
}

}  // namespace pkgkiln::test
