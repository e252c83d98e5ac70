#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pkgkiln::config {

/// What a first configuration says.
struct InitialChoice {
  struct Target {
    std::string url;   // of Git, or an absolute folder
    std::string path;  // a pattern, or empty
  };

  std::string engine;  // that was found, for people: "podman 4.3.1, rootless"; empty: none
  std::string repository;
  std::filesystem::path path;            // of the repository, absolute
  std::filesystem::path state_dir = {};  // empty: its default
  std::vector<Target> targets = {};
};

/// A target for a Git URL, or for a folder that has a PKGBUILD or has folders that have one; also
/// for a PKGBUILD itself. Throws UsageError for anything else.
InitialChoice::Target target_at(const std::string& place, const std::filesystem::path& home);

/// A configuration file, with comments, that load() takes.
std::string initial_text(const InitialChoice& choice);

/// How pacman finds the repository: lines of pacman.conf(5).
std::string pacman_lines(const InitialChoice& choice);

}  // namespace pkgkiln::config
