#include "core/runtime/fake/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <exception>

#include "core/runtime/errors.hpp"

namespace pkgkiln::fake {

namespace {

struct Free {
  void operator()(archive* tar) const { archive_free(tar); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using ArchivePtr = std::unique_ptr<archive, Free>;
using EntryPtr = std::unique_ptr<archive_entry, Free>;

/// A stream behind libarchive's callbacks, which no exception may cross.
template <class Stream>
struct Guarded {
  const Stream& stream;
  std::array<char, 65536> buffer{};
  std::exception_ptr thrown;
};

la_ssize_t read_some(archive*, void* data, const void** bytes) {
  auto& source = *static_cast<Guarded<Source>*>(data);
  try {
    *bytes = source.buffer.data();
    return static_cast<la_ssize_t>(source.stream(source.buffer.data(), source.buffer.size()));
  } catch (...) {
    source.thrown = std::current_exception();
    return -1;
  }
}

la_ssize_t write_some(archive*, void* data, const void* bytes, std::size_t size) {
  auto& sink = *static_cast<Guarded<Sink>*>(data);
  try {
    sink.stream({static_cast<const char*>(bytes), size});
    return static_cast<la_ssize_t>(size);
  } catch (...) {
    sink.thrown = std::current_exception();
    return -1;
  }
}

std::string reason(archive* tar) {
  const char* why = archive_error_string(tar);
  return why == nullptr ? "unknown reason" : why;
}

RuntimeError rejected(const std::string& why) {
  RuntimeError error(RuntimeError::Kind::rejected, "cannot unpack the tar stream");
  error.because(why);
  return error;
}

std::string content_of(archive* tar) {
  std::string content;
  std::array<char, 65536> buffer;
  for (;;) {
    const auto size = archive_read_data(tar, buffer.data(), buffer.size());
    if (size < 0) throw rejected(reason(tar));
    if (size == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

NodePtr node_of(archive* tar, archive_entry* entry) {
  auto node = make_directory(archive_entry_perm(entry));
  node->uid = static_cast<unsigned>(archive_entry_uid(entry));
  node->gid = static_cast<unsigned>(archive_entry_gid(entry));
  if (archive_entry_hardlink(entry) != nullptr) throw rejected("it holds a hard link");
  if (archive_entry_filetype(entry) == AE_IFREG) {
    node->kind = Node::Kind::file;
    node->content = content_of(tar);
  } else if (archive_entry_filetype(entry) == AE_IFLNK) {
    node->kind = Node::Kind::link;
    node->content = archive_entry_symlink(entry);
  } else if (archive_entry_filetype(entry) != AE_IFDIR) {
    throw rejected("it holds a special file");
  }
  return node;
}

void write_node(archive* tar, const NodePtr& node, const std::string& name) {
  const EntryPtr entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_perm(entry.get(), static_cast<mode_t>(node->mode));
  archive_entry_set_uid(entry.get(), node->uid);
  archive_entry_set_gid(entry.get(), node->gid);
  archive_entry_set_size(entry.get(), 0);
  if (node->kind == Node::Kind::file) {
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(node->content.size()));
  } else if (node->kind == Node::Kind::link) {
    archive_entry_set_filetype(entry.get(), AE_IFLNK);
    archive_entry_set_symlink(entry.get(), node->content.c_str());
  } else {
    archive_entry_set_filetype(entry.get(), AE_IFDIR);
  }
  if (archive_write_header(tar, entry.get()) != ARCHIVE_OK)
    throw RuntimeError(RuntimeError::Kind::rejected, "cannot pack '" + name + "'");
  if (node->kind == Node::Kind::file)
    archive_write_data(tar, node->content.data(), node->content.size());
  for (const auto& [below, child] : node->children) write_node(tar, child, name + "/" + below);
}

}  // namespace

std::vector<Entry> read_entries(const Source& tar) {
  std::vector<Entry> entries;
  const ArchivePtr reader(archive_read_new());
  archive_read_support_format_tar(reader.get());
  archive_read_support_format_empty(reader.get());
  Guarded<Source> source{tar, {}, nullptr};
  archive_entry* entry = nullptr;
  int status = archive_read_open(reader.get(), &source, nullptr, read_some, nullptr);
  try {
    while (status == ARCHIVE_OK &&
           (status = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK)
      entries.push_back({archive_entry_pathname(entry), node_of(reader.get(), entry)});
    if (status != ARCHIVE_EOF) throw rejected(reason(reader.get()));
  } catch (const RuntimeError&) {
    if (!source.thrown) throw;
  }
  if (source.thrown) std::rethrow_exception(source.thrown);
  return entries;
}

void unpack(const NodePtr& directory, const std::vector<Entry>& entries) {
  for (const auto& [path, node] : entries) {
    const auto there = find(directory, path, false);
    if (there && node->kind == Node::Kind::directory && there->kind == node->kind) {
      there->uid = node->uid;
      there->gid = node->gid;
      there->mode = node->mode;
    } else {
      put(directory, path, node);
    }
  }
}

void pack(const NodePtr& node, const std::string& name, const Sink& tar) {
  const ArchivePtr writer(archive_write_new());
  archive_write_set_format_pax_restricted(writer.get());
  archive_write_set_bytes_in_last_block(writer.get(), 1);
  Guarded<Sink> sink{tar, {}, nullptr};
  archive_write_open(writer.get(), &sink, nullptr, write_some, nullptr);
  try {
    write_node(writer.get(), node, name);
    archive_write_close(writer.get());
  } catch (const RuntimeError&) {
    if (!sink.thrown) throw;
  }
  if (sink.thrown) std::rethrow_exception(sink.thrown);
}

}  // namespace pkgkiln::fake
