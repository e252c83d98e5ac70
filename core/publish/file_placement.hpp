#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/package/package_archive.hpp"

namespace pkgkiln {

/// A file that is written under the name ".pkgkiln-XXXXXX" in its future directory, and renamed
/// when it is complete. It is removed if it isn't placed. Not thread-safe.
class StagedFile {
 public:
  /// An empty file, mode 0644 whatever the umask.
  explicit StagedFile(const std::filesystem::path& directory);
  StagedFile(StagedFile&& other) noexcept;
  StagedFile& operator=(StagedFile&&) = delete;
  ~StagedFile();

  const std::filesystem::path& path() const { return path_; }

  /// Writes at its end.
  void append(std::string_view bytes) const;

  /// Syncs the content to disk. Of several files, sync all before placing the first.
  void sync();
  /// Syncs the file unless that was done, and renames it. Throws Error if the name is taken.
  void place_new(const std::filesystem::path& target);
  /// The same, but replaces a file of that name.
  void place_over(const std::filesystem::path& target);

  /// Removes what killed runs left in the directory. Call it only while that is locked.
  static void remove_leftovers(const std::filesystem::path& directory);

 private:
  std::filesystem::path path_;
  bool synced_ = false;
};

/// Stages the package: as a hard link if the file system can, otherwise as a copy. Nobody may write
/// to its file any more. Throws Error if the content has changed since it was checked; it is read
/// again only if the file's stamp doesn't prove it. Throws Cancelled when asked to stop.
StagedFile staged(const pacman::PackageArchive& package, const std::filesystem::path& directory,
                  const Cancellation& cancel = Cancellation::never());

/// Makes `link` a symbolic link to `target`, and atomically replaces what was there.
void place_link(const std::string& target, const std::filesystem::path& link);

/// Where pacman looks for the signature of a file.
std::filesystem::path signature_path(const std::filesystem::path& file);

/// Removes what lies beside a package file: its signature, how it was made, and the signature of
/// that.
void remove_companions(const std::filesystem::path& package);
/// Removes a package file, and what lies beside it.
void remove_package_file(const std::filesystem::path& path);

}  // namespace pkgkiln
