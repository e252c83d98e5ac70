#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/targets/aur_package.hpp"

namespace pkgkiln {

enum class TargetKind {
  git,  // `url` is a Git repository with a PKGBUILD in `path`
  url,  // `url` is a PKGBUILD
};

/// What of its repository a build gets.
enum class Checkout {
  directory,   // the PKGBUILD's, and what links in it lead to
  repository,  // all of it
  clone,       // the same with ".git" (depth 1) and its submodules
};
/// "directory", "repository", "clone"
const char* word(Checkout checkout);
std::optional<Checkout> checkout_of(std::string_view word);

inline constexpr std::size_t kLongestTargetName = 128;

/// What to build, as configured. One PKGBUILD, so one pkgbase.
struct Target {
  /// Unique; used for logs, mirrors, containers and on the command line. Made of [a-z0-9@._+-],
  /// not beginning with '.' or '-', at most 128 bytes.
  std::string name;
  TargetKind kind = TargetKind::git;
  std::string url;
  std::string branch;  // empty: the remote's default
  std::string path;    // of the PKGBUILD's directory in the repository; empty: its root
  Checkout checkout = Checkout::directory;
  std::string repository;         // name of the repository to publish to
  std::vector<std::string> arch;  // machines that may build it; empty or "any": every one
  /// Names that it may publish, replace or provide though they are the distribution's or another
  /// target's, or in the repository already.
  std::vector<std::string> owns;
  bool network = false;        // keep the network during build()
  bool force = false;          // build even if published
  std::string origin;          // where it was configured, for messages: "pkgkiln.toml:12"
  std::int64_t vieter_id = 0;  // what a Vieter server calls it, for its build log; 0: nothing
  /// What the AUR says of it; null where it isn't listed as a package of the AUR.
  std::shared_ptr<const AurPackage> aur = {};
  std::string needed_by = {};  // the target that it is listed for; empty: the user's choice
  std::vector<std::string> needs = {};  // names of targets that it needs to be built
  bool aur_is_former = false;   // that is what it said in an earlier run, since it can't be asked
  bool has_url_of_aur = false;  // listed by its URL, which is the AUR's, not by name
  /// How far whoever changes its recipe is trusted, "own", "recipe" or "maintainer"; empty: as the
  /// settings say. And rules of core/trust that don't hold it.
  std::string trust = {};
  std::vector<std::string> allow = {};
  std::string schedule = {};  // when it is due, see Schedule; empty: in every run

  bool builds_on(std::string_view machine_arch) const;
  bool operator==(const Target&) const = default;
};

/// A name for a target that has none: the last component of `path`, or else of `url` without
/// ".git" (for a PKGBUILD's URL the directory it stands in), made to fit the grammar of
/// Target::name. Empty when nothing is left of it.
std::string default_target_name(TargetKind kind, std::string_view url, std::string_view path);
bool is_target_name(std::string_view text);

/// This machine's arch in pacman's words: uname -m, with armv7l as armv7h and armv6l as armv6h.
std::string machine_arch();

}  // namespace pkgkiln
