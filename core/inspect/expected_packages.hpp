#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/package/package_archive.hpp"
#include "core/package/package_name.hpp"
#include "core/pkgbuild/srcinfo.hpp"

namespace pkgkiln {

/// The package files that a build is expected to make. makepkg lists -debug packages whether it
/// makes them or not, so they are allowed and never required.
class ExpectedPackages {
 public:
  /// By `makepkg --packagelist`: one path a line. Throws Error for what it can't have printed.
  static ExpectedPackages from_packagelist(std::string_view output);
  /// By a .SRCINFO, for the machine's arch. The extension stands for any.
  static ExpectedPackages from_srcinfo(const pacman::SrcInfo& srcinfo, const std::string& arch);

  /// Without the -debug packages that the PKGBUILD doesn't name itself.
  const std::vector<pacman::PackageFileName>& required() const { return required_; }
  const std::string& version() const { return required_.front().version; }

  /// What is wrong with the set of files that a build made; nothing when it is whole: all that was
  /// required is there, nothing was made that wasn't expected, all are of one version. The
  /// version may be another than the expected one.
  std::optional<std::string> objection_to(const std::vector<pacman::PackageArchive>& made) const;

 private:
  bool allows(const pacman::PackageArchive& package) const;

  std::vector<pacman::PackageFileName> required_;
  std::vector<pacman::PackageFileName> debug_;
};

}  // namespace pkgkiln
