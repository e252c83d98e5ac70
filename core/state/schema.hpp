#pragma once

#include <filesystem>
#include <string>

#include "core/state/sqlite.hpp"

namespace pkgkiln {

/// Opens the history's database, of the schema that this program knows. One that is damaged or of
/// a newer schema is put aside first, and `notice` says so. Throws Error when the file can't be
/// read or written.
sqlite::Connection open_history_database(const std::filesystem::path& file, std::string& notice);

}  // namespace pkgkiln
