#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/removable.hpp"
#include "core/journal/history.hpp"

namespace pkgkiln {

/// Built packages that are to be published. They come here straight from the container and stay
/// until they are published, even by a later run.
class Spool {
 public:
  /// The packages of one build.
  struct Batch {
    std::filesystem::path directory;  // holds the files and manifest.json
    BuildRecord build;                // what to record once they are published
  };

  explicit Spool(std::filesystem::path root) : root_(std::move(root)) {}

  /// Makes an empty directory for the files of a build. Without a manifest it doesn't count yet.
  std::filesystem::path open(const std::string& target, const std::string& build) const;
  /// Makes the batch last: syncs the files, then writes the manifest atomically.
  void seal(const Batch& batch) const;
  /// Removes it.
  void drop(const std::filesystem::path& directory) const;
  /// Sealed batches, oldest first. Directories without a valid manifest are removed, and `notices`
  /// says why.
  std::vector<Batch> pending(std::vector<std::string>& notices) const;
  /// Sealed batches of this target, but for those of the build.
  std::vector<Batch> others_of(const std::string& target, const std::string& build) const;
  /// Batches that are not wanted, sealed or not.
  std::vector<Removable> removable(const std::function<bool(const BuildRecord&)>& is_wanted) const;

 private:
  std::filesystem::path root_;
};

}  // namespace pkgkiln
