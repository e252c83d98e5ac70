#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "core/base/path_pattern.hpp"
#include "core/git/mirror/object_reader.hpp"
#include "core/git/mirror/tree.hpp"

namespace pkgkiln::git {

/// The files of a commit in a mirror, read as objects. Links are followed as in a working tree, but
/// never out of it. For one thread; throws Error, and DamagedObjects where objects are missing.
class CommitTree {
 public:
  /// The reader outlives this. Throws Error when there is no such commit.
  CommitTree(ObjectReader& objects, const std::string& commit);

  const std::string& commit() const { return commit_; }
  /// When it was committed, in seconds of the epoch.
  std::time_t time() const { return time_; }

  /// "NAME <ADDRESS>" of whom the commit says that it is from, author and committer, if it says so.
  const std::vector<std::string>& people() const { return people_; }

  /// The file or directory that the path leads to, with the path where it really is; the root's is
  /// empty. Nothing where it leads to nothing, or out of the repository.
  std::optional<TreeEntry> find(const std::string& path);

  /// What the link at that path says; nothing where there is no link.
  std::optional<std::string> link_at(const std::string& path);

  /// See Mirror::directories_with().
  std::vector<std::string> directories_with(const std::string& file, const PathPattern& wanted,
                                            const std::vector<PathPattern>& excluded);

  /// All that is below a directory, to be unpacked somewhere else: a link that leads out of the
  /// directory is replaced by what it leads to in the repository, and left out where that is
  /// nothing, or would have no end. Throws Error for what can't be unpacked (see check_tree()).
  struct Listing {
    std::vector<TreeEntry> entries;
    /// The id of the directory's tree, where the entries are just what that holds; empty where
    /// something was replaced or left out.
    std::string tree;
    std::vector<std::string> left_out;  // links that lead to nothing; the first ten
  };
  Listing list(const std::string& path);

  /// As Mirror::are_alike().
  bool are_alike(const std::string& tree, const std::string& other,
                 const std::vector<std::string>& but_for);

  /// The content of a file that find() gave; Error when it is longer than `limit`.
  std::string read(const TreeEntry& file, std::uint64_t limit);

 private:
  using Names = std::vector<std::string>;

  std::optional<TreeEntry> follow(const std::string& path);
  bool holds_file(const ObjectReader::Tree& tree, const std::string& directory,
                  const std::string& name);
  void add_all(const std::string& tree, const std::string& below, std::vector<TreeEntry>& result);
  std::optional<TreeEntry> walk(Names& real, const Names& names, std::size_t& walked);
  std::optional<TreeEntry> entry_at(const Names& real);
  void add(const TreeEntry& directory, const std::string& below, int depth, Listing& result);
  void add_replaced(TreeEntry link, const std::string& location, const TreeEntry& directory,
                    int depth, Listing& result);
  std::string target_of(TreeEntry link);

  ObjectReader& objects_;
  std::string commit_, root_;  // ids
  std::time_t time_ = 0;
  std::vector<std::string> people_;
  int looked_up_ = 0;  // for what is asked now
  bool replaced_ = false;
};

}  // namespace pkgkiln::git
