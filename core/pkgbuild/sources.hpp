#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pkgkiln::pacman {

/// A source that Git serves, as makepkg reads it (PKGBUILD(5), "Using VCS sources"):
/// "[name::][git+]https://example.com/foo.git[#branch=main][?signed]".
struct GitSource {
  std::string url;
  std::string ref;      // "HEAD", "refs/heads/main" or "refs/tags/v1"
  bool pinned = false;  // to a commit: it never moves

  /// Nothing for what isn't one. The parts are as hostile as the text.
  static std::optional<GitSource> parse(std::string_view source);
};

}  // namespace pkgkiln::pacman
