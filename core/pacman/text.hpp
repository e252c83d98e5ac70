#pragma once

#include <string_view>

namespace pkgkiln::pacman {

/// Without blanks, tabs and carriage returns around it.
std::string_view trimmed(std::string_view text);

/// Whether a byte below 0x20 (a tab is one too) or 0x7f is in it. Bytes from 0x80 on are none:
/// what isn't ASCII is taken as it is.
bool has_control_characters(std::string_view text);

/// Whether the line would be read as the start of a field in a database's text: "%FILENAME%".
bool is_database_heading(std::string_view line);

}  // namespace pkgkiln::pacman
