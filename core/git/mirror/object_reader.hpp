#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/process.hpp"
#include "core/git/mirror/tree.hpp"

namespace pkgkiln::git {

/// Reads the objects of a bare repository through one git process for as long as it lives, where a
/// process for each question would take far longer. One thread at a time. Throws DamagedObjects
/// where the answers can't be right.
///
/// Format: git-cat-file(1), --batch-command (git 2.36 and newer).
class ObjectReader {
 public:
  explicit ObjectReader(std::filesystem::path git_dir) : git_dir_(std::move(git_dir)) {}

  struct Object {
    std::string id;
    std::string type;  // "blob", "tree", "commit", "tag"
    std::uint64_t size = 0;
  };
  /// What is behind a name: an id, or one of ours (MirrorDirectory::ref_for). Nothing where
  /// there is no such object.
  std::optional<Object> find(const std::string& name);
  /// The content of an object of that type. Throws Error when it is longer than `limit`, and
  /// DamagedObjects when it is missing or of another type.
  std::string content(const std::string& id, std::string_view type, std::uint64_t limit);
  /// The entries of a tree itself, in its order; sizes are not known. Trees that were read last are
  /// kept.
  using Tree = std::vector<TreeEntry>;
  std::shared_ptr<const Tree> tree(const std::string& id);
  /// Fills in the sizes of files and links.
  void measure(std::vector<TreeEntry>& entries);

 private:
  void ask(std::string_view requests);
  std::string read_line();
  std::string read_bytes(std::size_t size);
  void fill();
  static std::optional<Object> parse(const std::string& header);

  std::filesystem::path git_dir_;
  std::unique_ptr<PipedProcess> git_;
  std::string buffer_;
  std::size_t taken_ = 0;  // of the buffer
  std::map<std::string, std::shared_ptr<const Tree>> trees_;
  std::deque<std::string> kept_;  // their ids, the oldest first
  std::size_t entries_kept_ = 0;
};

}  // namespace pkgkiln::git
