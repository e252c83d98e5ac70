#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/git/mirror/mirror_directory.hpp"
#include "core/git/mirror/tree.hpp"

namespace pkgkiln::git {

/// The files of a commit in a mirror, read as objects. Links are followed as in a working tree, but
/// never out of it. For one thread; throws Error, and DamagedObjects where objects are missing.
class CommitTree {
 public:
  /// The mirror outlives this.
  CommitTree(const MirrorDirectory& mirror, std::string commit);

  /// The file or directory that the path leads to, with the path where it really is; the root's is
  /// empty. Nothing where it leads to nothing, or out of the repository.
  std::optional<TreeEntry> find(const std::string& path);

  /// All that is below a directory, to be unpacked somewhere else: a link that leads out of the
  /// directory is replaced by what it leads to in the repository, and left out where that is
  /// nothing, or would have no end. Throws Error for what can't be unpacked (see check_tree()).
  std::vector<TreeEntry> list(const std::string& path);

  /// The text that a git command prints about the commit.
  std::string read_text(std::vector<std::string> arguments, std::size_t limit,
                        std::string input = {}) const;

 private:
  using Names = std::vector<std::string>;

  std::vector<TreeEntry> entries_of(const std::string& tree) const;
  std::optional<TreeEntry> walk(Names& real, const Names& names, std::size_t& walked);
  void add(const TreeEntry& directory, const std::string& below, int depth,
           std::vector<TreeEntry>& result);
  void add_replaced(TreeEntry link, const std::string& location, const TreeEntry& directory,
                    int depth, std::vector<TreeEntry>& result);
  std::vector<std::string> targets_of(const std::vector<TreeEntry>& links) const;

  const MirrorDirectory& mirror_;
  std::string commit_;
  int looked_up_ = 0;
};

}  // namespace pkgkiln::git
