#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/package/package_name.hpp"

namespace pkgkiln::pacman {

/// The arrays of checksums, from the weakest to the strongest. A file can be made to fit the first.
inline constexpr std::array<const char*, 8> checksum_arrays = {
    "cksums",     "md5sums",    "sha1sums",   "sha224sums",
    "sha256sums", "sha384sums", "sha512sums", "b2sums"};

/// Whether a variable is that array, or the one of an arch: "source_x86_64".
bool is_array_of(std::string_view array, std::string_view name);
/// The same of any array of checksums.
bool is_checksum_array(std::string_view name);

/// A source that Git serves, as makepkg reads it (PKGBUILD(5), "Using VCS sources"):
/// "[name::][git+]https://example.com/foo.git[#branch=main][?signed]".
struct GitSource {
  std::string url;
  std::string ref;      // "HEAD", "refs/heads/main" or "refs/tags/v1"
  bool pinned = false;  // to a commit: it never moves

  /// Nothing for what isn't one. The parts are as hostile as the text.
  static std::optional<GitSource> parse(std::string_view source);
};

/// The architectures whose PKGBUILDs are built for `arch`: itself, and of a level of x86_64 those
/// below it, down to "x86_64".
std::vector<std::string> served_by(std::string_view arch);

/// The one of them that a PKGBUILD for these architectures is built as; the lowest for "any".
std::string served_arch(std::string_view arch, const std::vector<std::string>& arches);

/// Why packages of these architectures are not built for `arch`, which may be a level of x86_64;
/// empty when they are, or may be.
std::string why_not_for(std::string_view arch, const std::vector<std::string>& arches);

/// A parsed .SRCINFO (makepkg --printsrcinfo; wiki page ".SRCINFO"). Architecture-specific keys,
/// such as depends_x86_64, are merged for the arch that it was parsed for.
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

  /// The sources from a VCS: the scheme, or the part before its '+', is a VCS ("git+https", "git",
  /// "svn+…", "hg+…", "bzr+…", "fossil+…").
  std::vector<std::string> vcs_sources() const;
  /// The sources that makepkg verifies, by the names that it gives them: files with a checksum, and
  /// clones of Git, which have a URL here.
  struct Verified {
    std::string name;
    std::string url = {};

    bool operator==(const Verified&) const = default;
  };
  std::vector<Verified> verified_sources() const;
  /// The package files that a build on such a machine makes, one per package; the compression is
  /// not known.
  std::vector<PackageFileName> package_files(const std::string& machine_arch) const;
  /// Everything that must be installed to build it: makedepends, checkdepends, and depends of base
  /// and packages. Without duplicates, and without those in depends that its own packages provide.
  std::vector<std::string> build_dependencies() const;

  /// The same of all its packages: makepkg makes all or none.
  std::string why_not_for(std::string_view arch) const;

  /// Hostile input: throws Error naming the line for what isn't a .SRCINFO; names, versions and
  /// arches are checked against their grammars. At most 4 MiB and 100,000 lines.
  static SrcInfo parse(std::string_view text, std::string_view arch);

  bool operator==(const SrcInfo&) const = default;
};

}  // namespace pkgkiln::pacman
