#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/package/package_name.hpp"

namespace pkgkiln::pacman {

/// "key = value" in a .SRCINFO, white space around both taken off. The value may be empty.
struct SrcInfoLine {
  std::size_t number = 0;  // from 1
  std::string key, value;
};

/// Calls `take` for each line that is neither blank nor a comment. Throws Error for any other
/// text, for control characters, and beyond 4 MiB, 100,000 lines or 64 KiB a line.
void for_each_srcinfo_line(std::string_view text,
                           const std::function<void(const SrcInfoLine&)>& take);

Error srcinfo_error(std::size_t line, const std::string& why);

/// What a .SRCINFO says (makepkg --printsrcinfo; wiki page ".SRCINFO"). Architecture-specific keys
/// such as depends_x86_64 are merged in for the arch that it was parsed for.
struct SrcInfo {
  /// Each value is the base's unless the package overrides it, maybe with nothing.
  struct Package {
    std::string pkgname;
    std::vector<std::string> arch;
    std::vector<std::string> depends;
    std::vector<std::string> provides;

    bool operator==(const Package&) const = default;
  };

  std::string pkgbase;
  std::string version;  // [epoch:]pkgver-pkgrel
  std::vector<std::string> arch;
  std::vector<std::string> depends;  // of the base; makepkg -s installs these of every package
  std::vector<std::string> makedepends;
  std::vector<std::string> checkdepends;
  std::vector<std::string> sources;
  std::vector<std::string> unchecked_sources;  // those without a checksum
  std::vector<std::string> valid_pgp_keys;
  std::vector<Package> packages;  // at least one

  /// Sources that a VCS serves: the scheme, or what stands before its '+', is a VCS ("git+https",
  /// "git", "svn+…", "hg+…", "bzr+…", "fossil+…").
  std::vector<std::string> vcs_sources() const;
  /// The sources that makepkg would find out to be wrong if they were, by the names that it gives
  /// them: files that have a checksum, and clones of Git, whose URLs are not empty.
  struct Verified {
    std::string name;
    std::string url = {};

    bool operator==(const Verified&) const = default;
  };
  std::vector<Verified> verified_sources() const;
  /// The package files that a build on such a machine makes, one a package; of whatever
  /// compression.
  std::vector<PackageFileName> package_files(const std::string& machine_arch) const;
  /// All that must be installed to build it: makedepends, checkdepends, depends of base and
  /// packages; without duplicates, and without those of depends that the set itself provides.
  std::vector<std::string> build_dependencies() const;

  /// Hostile input: throws Error naming the line for what isn't a .SRCINFO; names, versions and
  /// arches are checked against their grammars. At most 4 MiB and 100,000 lines.
  static SrcInfo parse(std::string_view text, std::string_view arch);

  bool operator==(const SrcInfo&) const = default;
};

}  // namespace pkgkiln::pacman
