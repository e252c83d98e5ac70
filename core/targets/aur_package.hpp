#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pkgkiln {

/// What the AUR says of a package. People, votes, times and PackageBaseID are those of its package
/// base: the same for all packages of that. Checked: names fit their grammar, texts may be shown.
struct AurPackage {
  std::string name, base;
  std::int64_t base_id = 0;  // another one under the same name: deleted, and submitted anew
  std::string version;       // of its .SRCINFO, which may lag behind; empty: none that is valid
  std::string description, url;
  std::int64_t votes = 0;
  double popularity = 0;
  std::string maintainer;  // empty: it is an orphan
  std::string submitter;   // empty: unknown, or the account is gone
  std::vector<std::string> co_maintainers;
  // Seconds of the epoch, by the AUR's clock. Every push moves `last_modified`; people don't.
  std::int64_t out_of_date = 0;  // 0: nobody says so
  std::int64_t first_submitted = 0, last_modified = 0;
  /// Of all architectures together. What is no dependency is left out.
  std::vector<std::string> depends, make_depends, check_depends, provides, conflicts, replaces;

  bool is_orphan() const { return maintainer.empty(); }
  /// The same as long as nobody pushed and the people are the same.
  std::string mark() const {
    auto text = std::to_string(base_id) + " " + std::to_string(last_modified) + " " + maintainer;
    for (const auto& one : co_maintainers) text += "," + one;
    return text;
  }
  bool operator==(const AurPackage&) const = default;
};

/// What to think of before it is built for the first time; `now` in seconds of the epoch.
std::vector<std::string> warnings_about(const AurPackage& package, std::int64_t now);

}  // namespace pkgkiln
