#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

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

}  // namespace pkgkiln::fake
