#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pkgkiln {

/// How the databases of a local repository are called: "<repo>.db" is a link to "<repo>.db.tar.gz",
/// or to what repo-add(8) was told to write when the repository began (".tar.zst", ".tar").
class DatabaseFiles {
 public:
  /// As they are now; ".tar.gz" where there are none yet. Throws Error when they can't be looked
  /// at.
  DatabaseFiles(std::filesystem::path directory, std::string repository);

  /// `form` is "db" or "files".
  std::filesystem::path link(const std::string& form) const;
  std::filesystem::path archive(const std::string& form) const;
  const std::string& ending() const { return ending_; }
  /// Databases beside the one that the link leads to: repo-add would go on from what they hold.
  std::vector<std::string> stale() const;

  bool operator==(const DatabaseFiles&) const = default;

 private:
  std::string found_ending() const;

  std::filesystem::path directory_;
  std::string repository_;
  std::string ending_;
};

}  // namespace pkgkiln
