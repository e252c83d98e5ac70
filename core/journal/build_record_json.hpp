#pragma once

#include <string>

#include "core/journal/history.hpp"

namespace pkgkiln {

/// A record as a JSON object, with its format's version.
std::string to_json(const BuildRecord& build);

/// Throws Error that names the member when the text isn't such an object: it may come from a
/// broken disk, or from another version.
BuildRecord build_record_from_json(const std::string& text);

}  // namespace pkgkiln
