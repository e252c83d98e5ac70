#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace pkgkiln {

/// The packages of the repositories that a builder image installs from, as it knew them when it
/// was made: names that nobody may publish under by accident. A plain value.
class Distribution {
 public:
  /// By what `pacman -Sl` prints: "repository pkgname version", a line each; other lines don't
  /// count. What stands in `ours`, the repositories that targets are published to, isn't the
  /// distribution's though the image may install from it.
  static Distribution parse(std::string_view listing, const std::set<std::string>& ours);

  /// The repository that has a package of that name, the first one if several have.
  std::optional<std::string> repository_of(const std::string& pkgname) const;

 private:
  std::map<std::string, std::string> repositories_;  // by pkgname
};

}  // namespace pkgkiln
