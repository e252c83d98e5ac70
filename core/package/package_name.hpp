#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pkgkiln::pacman {

/// Compares two versions "[epoch:]pkgver[-pkgrel]" as vercmp(8) does: <0, 0 or >0. A missing
/// pkgrel equals every pkgrel.
int compare_versions(std::string_view left, std::string_view right);

/// Whether the text is a full version as makepkg writes it into file names:
/// [epoch:]pkgver-pkgrel, pkgver without '-', ':', '/' and white space (PKGBUILD(5)).
bool is_full_version(std::string_view text);

/// Whether two full versions differ at most in what comes after the '.' of the pkgrel, and the
/// first is not older: "2-1.1" or "2-1" is a release of "2-1".
bool is_release_of(std::string_view version, std::string_view own);

/// The next release of a full version: "2-1.1" after "2-1", "2-1.2" after "2-1.1".
std::string next_release(std::string version);

/// Whether the text is a pkgname: alphanumerics and @._+-, not beginning with '-' or '.', at most
/// 255 bytes (PKGBUILD(5)).
bool is_package_name(std::string_view text);

/// The name, and what is left of it without suffixes that say what is packaged, or from where:
/// "foo-git-bin", "foo-git" and "foo".
std::vector<std::string> name_and_stems(std::string name);

/// Whether the text is an architecture: alphanumerics and '_' ("x86_64", "any").
bool is_arch(std::string_view text);

/// A dependency as it stands in depends=() and for `pacman -S`: a name, or a soname such as
/// "libfoo.so=1-64", with an optional constraint such as ">=1:2.0-1". Never begins with '-'.
bool is_dependency(std::string_view text);

/// The name of a package file: pkgname-[epoch:]pkgver-pkgrel-arch.pkg.tar[.gz|.xz|.zst|…], parsed
/// from the right, since names may hold the separator '-' too.
struct PackageFileName {
  std::string pkgname;
  std::string version;  // with epoch and pkgrel
  std::string arch;
  std::string extension;  // ".pkg.tar.zst"

  /// Nothing if the text is no such name. A name that parses holds no '/' and no control
  /// characters.
  static std::optional<PackageFileName> parse(std::string_view file_name);
  std::string text() const { return pkgname + "-" + version + "-" + arch + extension; }
  bool is_debug() const { return pkgname.ends_with("-debug"); }

  bool operator==(const PackageFileName&) const = default;
};

/// Whether the line would be read as the start of a field in a database's text: "%FILENAME%".
bool is_database_heading(std::string_view line);

}  // namespace pkgkiln::pacman
