#include "core/runtime/fake/file_tree.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <deque>
#include <exception>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/runtime/errors.hpp"

namespace pkgkiln::fake {

namespace {

constexpr int kMostLinks = 40;  // as Linux has it

NodePtr make(Node::Kind kind, std::string content, unsigned mode, unsigned uid, unsigned gid) {
  auto node = std::make_shared<Node>();
  node->kind = kind;
  node->content = std::move(content);
  node->mode = mode;
  node->uid = uid;
  node->gid = gid;
  return node;
}

std::deque<std::string> components(std::string_view path) {
  std::deque<std::string> names;
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    if (slash > 0 && path.substr(0, slash) != ".") names.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return names;
}

NodePtr child(const NodePtr& directory, const std::string& name) {
  const auto found = directory->children.find(name);
  return found == directory->children.end() ? nullptr : found->second;
}

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
  return RuntimeError(RuntimeError::Kind::rejected, "cannot unpack the tar stream").because(why);
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

NodePtr make_directory(unsigned mode, unsigned uid, unsigned gid) {
  return make(Node::Kind::directory, {}, mode, uid, gid);
}

NodePtr make_file(std::string content, unsigned mode, unsigned uid, unsigned gid) {
  return make(Node::Kind::file, std::move(content), mode, uid, gid);
}

NodePtr make_link(std::string target) {
  return make(Node::Kind::link, std::move(target), 0777, 0, 0);
}

NodePtr find(const NodePtr& root, std::string_view path, bool follow_last) {
  std::vector<NodePtr> trail{root};
  auto left = components(path);
  int links = 0;
  while (!left.empty()) {
    const std::string name = std::move(left.front());
    left.pop_front();
    if (name == "..") {
      if (trail.size() > 1) trail.pop_back();
      continue;
    }
    auto next = child(trail.back(), name);
    if (!next) return nullptr;
    if (next->kind == Node::Kind::link && (follow_last || !left.empty())) {
      if (++links > kMostLinks) return nullptr;
      if (next->content.starts_with('/')) trail = {root};
      const auto target = components(next->content);
      left.insert(left.begin(), target.begin(), target.end());
      continue;
    }
    if (!left.empty() && next->kind != Node::Kind::directory) return nullptr;
    trail.push_back(std::move(next));
  }
  return trail.back();
}

void put(const NodePtr& root, std::string_view path, NodePtr node) {
  auto names = components(path);
  if (names.empty()) throw Error("cannot put a node in the place of the root");
  const auto last = std::move(names.back());
  names.pop_back();
  auto directory = root;
  for (const auto& name : names) {
    auto next = child(directory, name);
    if (!next) next = directory->children[name] = make_directory();
    if (next->kind != Node::Kind::directory)
      throw Error("cannot put '" + std::string(path) + "'").because(name + " is no directory");
    directory = std::move(next);
  }
  directory->children[last] = std::move(node);
}

NodePtr clone(const NodePtr& node) {
  auto copy = std::make_shared<Node>(*node);
  for (auto& [name, below] : copy->children) below = clone(below);
  return copy;
}

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
