#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/repodb/repository_database.hpp"

namespace pkgkiln::pacman {

/// The texts of an entry in a repository database, field by field as repo-add(8) writes them:
/// "%NAME%", its values one a line, an empty line. Without %MD5SUM%, which pacman 6 and later
/// don't need beside %SHA256SUM%.
std::string desc_text(const PackageArchive& package);
std::string files_text(const PackageArchive& package);

/// Reads what we need from a "desc"; the entry keeps the text. Throws Error if its name, version or
/// file name is not valid.
DatabaseEntry parse_desc(std::string text);
/// The same, without the text.
DatabaseEntry desc_facts(std::string_view text);

/// The values of a field ("DEPENDS") in a "desc", at its first occurrence.
std::vector<std::string> desc_values(std::string_view text, std::string_view field);

/// The text without that field.
std::string desc_without(std::string_view text, std::string_view field);

}  // namespace pkgkiln::pacman
