#pragma once

#include <filesystem>
#include <string>

#include "core/state/sqlite.hpp"

namespace pkgkiln {

/// Opens the history's database, and brings one of an older schema to the one that this program
/// knows. One that is damaged or of a newer schema is put aside first, and `notice` says so. Throws
/// Error when the file can't be read or written.
sqlite::Connection open_history_database(const std::filesystem::path& file, std::string& notice);

}  // namespace pkgkiln
