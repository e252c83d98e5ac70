#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace pkgkiln::test {

/// Makes a package file without makepkg: fast, and as odd as a test needs it.
struct SamplePackage {
  std::string pkgname = "sample";
  std::string version = "1.0-1";
  std::string arch = "x86_64";
  std::string extension = ".pkg.tar.gz";
  std::string more_info;  // further lines of .PKGINFO
  /// Names and contents; a name that ends in '/' is a directory.
  std::vector<std::pair<std::string, std::string>> files = {
      {"usr/", ""}, {"usr/share/", ""}, {"usr/share/sample.txt", "hello\n"}};

  std::string pkgbase = {};     // empty: the pkgname
  std::string build_info = {};  // further lines of .BUILDINFO

  std::string file_name() const;
  std::string pkginfo() const;
  /// Writes it into the directory and returns its path.
  std::filesystem::path write(const std::filesystem::path& directory) const;
};

/// An archive of just these entries, compressed as the extension of the path says.
void write_archive(const std::filesystem::path& path,
                   const std::vector<std::pair<std::string, std::string>>& entries);

/// An entry of a repository's database, without most of what repo-add writes.
struct SampleEntry {
  std::string pkgname, version;
  std::string fields = {};  // further ones: "%PROVIDES%\nfoo\n\n"
};

void write_database(const std::filesystem::path& path, const std::vector<SampleEntry>& entries);

}  // namespace pkgkiln::test
