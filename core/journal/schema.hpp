#pragma once

#include <filesystem>
#include <string>

#include "core/journal/sqlite.hpp"

namespace pkgkiln {

/// Opens the history's database, and brings one of an older schema to the one that this program
/// knows. One that is damaged is put aside first if that is allowed, and `notice` says so. Throws
/// Error when it isn't, when the schema is a newer one, or when the file can't be read or written.
sqlite::Connection open_history_database(const std::filesystem::path& file, bool may_put_aside,
                                         std::string& notice);

}  // namespace pkgkiln
