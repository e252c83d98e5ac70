#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/removable.hpp"
#include "core/journal/history.hpp"

namespace pkgkiln {

/// Packages that were built, checked, and are to be published. They come here straight from the
/// container and stay until published, over runs.
class Spool {
 public:
  /// The packages of one build.
  struct Batch {
    std::filesystem::path directory;  // holds the files and manifest.json
    BuildRecord build;                // what to record once they are published
  };

  explicit Spool(std::filesystem::path root) : root_(std::move(root)) {}

  /// An empty directory for the files of a build; without a manifest it doesn't count yet.
  std::filesystem::path open(const std::string& target, const std::string& build) const;
  /// From now on the batch survives: syncs the files, then writes the manifest atomically.
  void seal(const Batch& batch) const;
  /// Removes it.
  void drop(const std::filesystem::path& directory) const;
  /// Sealed batches, oldest first. Directories without a (readable) manifest are removed; what
  /// was wrong with them is appended to `notices`.
  std::vector<Batch> pending(std::vector<std::string>& notices) const;
  /// Sealed batches of this target, but for those of the build.
  std::vector<Batch> others_of(const std::string& target, const std::string& build) const;
  /// Batches that are not wanted, sealed or not.
  std::vector<Removable> removable(const std::function<bool(const BuildRecord&)>& is_wanted) const;

 private:
  std::filesystem::path root_;
};

}  // namespace pkgkiln
