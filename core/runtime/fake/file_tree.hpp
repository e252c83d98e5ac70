#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/stream.hpp"

namespace pkgkiln::fake {

struct Node;
using NodePtr = std::shared_ptr<Node>;

/// A file, a directory or a symbolic link in memory. A directory that hangs in two trees is what
/// a mounted volume is. Not thread-safe.
struct Node {
  enum class Kind { file, directory, link };

  Kind kind = Kind::directory;
  unsigned uid = 0;
  unsigned gid = 0;
  unsigned mode = 0755;
  std::string content;                      // of a file; of a link its target
  std::map<std::string, NodePtr> children;  // of a directory
};

NodePtr make_directory(unsigned mode = 0755, unsigned uid = 0, unsigned gid = 0);
NodePtr make_file(std::string content, unsigned mode = 0644, unsigned uid = 0, unsigned gid = 0);
NodePtr make_link(std::string target);

/// What is at `path` (absolute or not, from `root`); null when nothing is. Links are followed
/// inside `root`, one in the last place only when `follow_last`.
NodePtr find(const NodePtr& root, std::string_view path, bool follow_last = true);

/// Puts `node` at `path`, over what is there, and makes the directories above it.
/// Throws Error when something else is in the place of one of them.
void put(const NodePtr& root, std::string_view path, NodePtr node);

/// A deep copy.
NodePtr clone(const NodePtr& node);

struct Entry {
  std::string path;
  NodePtr node;  // without children
};

/// The entries of a tar stream. Throws RuntimeError `rejected` when it breaks off or holds what a
/// tree can't, and what `tar` throws.
std::vector<Entry> read_entries(const Source& tar);

/// Puts the entries into a directory; where one is a directory that is there already, it gives it
/// its owner and mode.
void unpack(const NodePtr& directory, const std::vector<Entry>& entries);

/// Packs `node` and all below it as `name`. Throws what `tar` throws.
void pack(const NodePtr& node, const std::string& name, const Sink& tar);

}  // namespace pkgkiln::fake
