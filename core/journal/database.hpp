#pragma once

#include <filesystem>
#include <string>

#include "core/base/sqlite.hpp"

namespace pkgkiln {

/// Opens the history's database, and upgrades an older schema. A damaged database is put aside
/// first if that is allowed, and `notice` says so. Throws Error if it is not allowed, if the schema
/// is newer than this program's, or if the file can't be read or written.
sqlite::Connection open_history_database(const std::filesystem::path& file, bool may_put_aside,
                                         std::string& notice);

}  // namespace pkgkiln
