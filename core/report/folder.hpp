#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/file.hpp"

namespace pkgkiln::report {

/// The folder that a report is in. What was written is listed in a file there, by which pages that
/// would be the same are not written again, and those that nothing shows any more are removed:
/// whatever else lies in the folder is never touched. Each file is replaced as a whole. Nothing
/// waits for the disk: a file that isn't as long as it was is written again, and so is one that is
/// gone.
class Folder {
 public:
  /// Makes it, and locks it for as long as this lives. Throws Error if it can't, or if there are
  /// pages of somebody else in it.
  explicit Folder(std::filesystem::path root);

  /// A file by its content; `path` is relative.
  void put(const std::string& path, std::string_view content);

  /// Files that belong together, and that are the same as long as `mark` is.
  struct Group {
    std::string name, mark;  // of no white space
  };
  /// Whether those that were written with that mark are all there; then they stay.
  bool keep(const Group& group);
  void put(const Group& group, const std::string& path, std::string_view content);
  /// A copy of a file, or another name of it: its content is not to change.
  void put_copy(const Group& group, const std::string& path, const std::filesystem::path& of);

  /// Removes what was written earlier and neither kept nor written since.
  void finish();

  std::size_t written() const { return written_; }
  std::size_t removed() const { return removed_; }

 private:
  struct File {
    std::string group, mark;
    std::uint64_t size = 0;

    bool operator==(const File&) const = default;
  };
  bool is_there(const std::string& path, const File& file) const;
  void read_list();
  /// Names of a new file for `write`, which then gets the place of the other.
  void replace(const std::string& path,
               const std::function<void(const std::filesystem::path&)>& write);

  std::filesystem::path root_;
  UniqueFd lock_;
  std::map<std::string, File> old_, files_;                 // by path
  std::map<std::string, std::vector<std::string>> groups_;  // paths of the old ones, by group
  std::size_t written_ = 0, removed_ = 0;
};

}  // namespace pkgkiln::report
