#pragma once

#include <filesystem>
#include <string>

#include "config/load.hpp"

namespace pkgkiln::config {

/// The variable's value; empty when it isn't set.
std::string variable(const std::map<std::string, std::string>& env, const std::string& name);

/// Our directory below the one that an XDG variable names (XDG Base Directory Specification: a
/// relative one doesn't count), or else below `fallback` in the home directory. Empty: unknown.
std::filesystem::path xdg_directory(const LoadRequest& request, const std::string& name,
                                    const std::filesystem::path& fallback);

}  // namespace pkgkiln::config
