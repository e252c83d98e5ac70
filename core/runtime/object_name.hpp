#pragma once

#include <string>

namespace pkgkiln {

/// What names of containers, networks and volumes may have of a target's name, which is
/// [a-zA-Z0-9_.-]*, and short; different names may become the same.
std::string object_name_part(const std::string& target);

}  // namespace pkgkiln
