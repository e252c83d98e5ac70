#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "config/keys.hpp"
#include "config/load.hpp"
#include "config/value.hpp"

/// The stages of load(), in their order. Each changes `result` and adds to `problems`.
namespace pkgkiln::config {

/// The base of relative paths, and of "~/".
struct PathBase {
  std::filesystem::path directory;  // absolute
  std::filesystem::path home;       // empty: unknown, "~/" is an error then
};

/// Checks the value and stores it in the slot. If it is wrong, adds a problem, leaves the slot
/// alone and returns false.
bool assign(const Key& key, const Slot& slot, const Value& value, const PathBase& base,
            Problems& problems);

struct Loading {
  const LoadRequest& request;
  LoadResult result = {};
  Problems problems = {};
  std::set<std::string> refused = {};  // names of settings whose value was a problem
};

/// `text` is TOML, `source` its file's name in positions.
void apply_document(Loading& loading, std::string_view text, const std::string& source,
                    const PathBase& base);
void apply_environment(Loading& loading, const PathBase& base);
void apply_overrides(Loading& loading, const PathBase& base);

/// Fills in what depends on other settings, and checks them against each other.
void complete(Loading& loading);

/// "targets[0].url", as in Origins.
std::string setting_name(const Key& key, std::size_t index);

/// Assigns to a key that isn't in an array of tables, and remembers where it came from.
void set(Loading& loading, const Key& key, const Value& value, const PathBase& base);

/// The variable's value; empty when it isn't set.
std::string variable(const std::map<std::string, std::string>& env, const std::string& name);

/// That of the request, which names one.
std::filesystem::path absolute_file(const LoadRequest& request);
/// The one to make where there is none. Throws UsageError.
std::filesystem::path file_to_make(const LoadRequest& request);
/// Throws UsageError.
std::string read_configuration(const std::filesystem::path& path);

/// Our directory below the one that an XDG variable names, or below `fallback` in the home
/// directory. A relative path in the variable doesn't count (XDG Base Directory Specification).
/// Empty: unknown.
std::filesystem::path xdg_directory(const LoadRequest& request, const std::string& name,
                                    const std::filesystem::path& fallback);

}  // namespace pkgkiln::config
