#pragma once

#include <filesystem>
#include <functional>

#include "core/base/sqlite.hpp"

namespace pkgkiln {

/// What to do about a ledger that can't be used.
inline constexpr const char* kLedgerAdvice =
    "put a copy of it there, or what was exported: pkgkiln ledger import --replace FILE";

/// Opens the ledger's database, or an empty one in memory where there never was one and none is to
/// be made. Throws Error if it is gone, damaged or of a newer version.
sqlite::Connection open_ledger_database(const std::filesystem::path& file, bool to_write);

/// Puts a new one there with what `fill` writes. The old one is kept as <file>.replaced-<time>.
void replace_ledger_database(const std::filesystem::path& file,
                             const std::function<void(sqlite::Connection&)>& fill);

}  // namespace pkgkiln
