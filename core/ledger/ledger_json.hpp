#pragma once

#include <string>
#include <string_view>

#include "core/ledger/ledger.hpp"

namespace pkgkiln {

/// A ledger as JSON, to be kept elsewhere: {"format": "pkgkiln-ledger", "version": 1, "decisions":
/// [{"verdict": "approve", "deny" or "freeze", ...}], "held": [], "names": [], "maintainers": []}.
/// Times are ISO 8601 in UTC.
std::string to_json(const LedgerContents& contents);

/// Hostile input: throws Error that names the member unless it is by that form, with names that may
/// be such, each once.
LedgerContents ledger_from_json(std::string_view text);

}  // namespace pkgkiln
