#pragma once

#include <filesystem>
#include <string>

#include "config/keys.hpp"
#include "config/problems.hpp"
#include "config/value.hpp"

namespace pkgkiln::config {

/// What relative paths and "~/" refer to.
struct PathBase {
  std::filesystem::path directory;  // absolute
  std::filesystem::path home;       // empty: unknown, "~/" is an error then
};

/// Checks the value and stores it in the key's place; otherwise adds a problem, leaves the
/// place as it is, and returns false.
bool assign(const Key& key, const Slot& slot, const Value& value, const PathBase& base,
            Problems& problems);

/// A value written as plain text, as in the environment: a list is words between white space.
Value value_from_text(const Slot& slot, const std::string& text, const Origin& origin);

}  // namespace pkgkiln::config
