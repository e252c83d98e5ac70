#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "config/value.hpp"

namespace pkgkiln::config {

/// A setting from the command line.
struct Override {
  std::string key;  // "build.timeout"
  std::string value;
  std::string origin;  // the flag as the user knows it: "--set", "--timeout"
};

/// Reads "TABLE.KEY=VALUE", as given to `--set`. Throws UsageError.
Override parse_override(std::string_view text, std::string origin = "--set");

struct LoadRequest {
  std::optional<std::filesystem::path> file;  // --config
  std::optional<std::string> text = {};       // of that file, instead of what it holds
  std::map<std::string, std::string> env;     // the whole environment
  std::vector<Override> overrides;            // later ones beat earlier ones
  std::filesystem::path home;                 // empty: unknown
  /// The base of relative paths in flags and environment; empty: the current directory.
  std::filesystem::path working_dir;
  std::filesystem::path system_file = "/etc/pkgkiln/config.toml";
  /// The default place of root's repository, which other users must be able to enter; empty: below
  /// the home directory, as for every user.
  std::filesystem::path shared_data;
};

/// Where each setting came from, by name ("build.timeout", "targets[0].url"). Settings that are
/// missing here have their default.
using Origins = std::map<std::string, Origin>;

struct LoadResult {
  Settings settings;
  Origins origins;
  std::vector<std::string> notices;  // for people; nothing is wrong

  Origin origin_of(const std::string& setting) const;
};

/// The file to read: --config, $PKGKILN_CONFIG, $XDG_CONFIG_HOME/pkgkiln/config.toml (or
/// ~/.config/…) or `system_file`, whichever exists first. Throws UsageError if one of the first two
/// is named and doesn't exist.
std::optional<std::filesystem::path> find_file(const LoadRequest& request);

/// That of targets which name none.
std::string default_repository(const Settings& settings);

/// Flags beat environment, environment beats file, file beats defaults; an environment variable
/// that is empty is not set. Throws one UsageError with everything that is wrong.
LoadResult load(const LoadRequest& request);

}  // namespace pkgkiln::config
