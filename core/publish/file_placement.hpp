#pragma once

#include <filesystem>
#include <string>

#include "core/package/package_archive.hpp"

namespace pkgkiln {

/// Files that are made beside the place where they will stand, named ".pkgkiln-XXXXXX" there; what
/// isn't put in its place is removed. Not thread-safe.
class PlacedFile {
 public:
  /// An empty file, mode 0644 whatever the umask.
  explicit PlacedFile(const std::filesystem::path& directory);
  PlacedFile(PlacedFile&& other) noexcept;
  PlacedFile& operator=(PlacedFile&&) = delete;
  ~PlacedFile();

  const std::filesystem::path& path() const { return path_; }

  /// Makes its content last. Of several files, sync all before the first gets its name.
  void sync();
  /// Syncs it unless that was done, then gives it its name; throws Error when that name is taken.
  void place_new(const std::filesystem::path& target);
  /// The same, in the place of what has that name.
  void place_over(const std::filesystem::path& target);

  /// Removes what a run that was killed left in the directory. Only while it is locked.
  static void remove_leftovers(const std::filesystem::path& directory);

 private:
  std::filesystem::path path_;
  bool synced_ = false;
};

/// The package beside its future place, under a second name where the file system can, else as a
/// copy: nobody may write to its file any more. Throws Error when its content isn't the package's
/// any more; it is read for that only if the file's stamp doesn't tell. Cancelled when asked to
/// stop.
PlacedFile put_beside(const pacman::PackageArchive& package, const std::filesystem::path& directory,
                      const Cancellation& cancel = Cancellation::never());

/// Makes `link` a symbolic link to `target`, atomically, in the place of whatever was there.
void place_link(const std::string& target, const std::filesystem::path& link);

/// Removes a package file, and its signature.
void remove_package_file(const std::filesystem::path& path);

}  // namespace pkgkiln
