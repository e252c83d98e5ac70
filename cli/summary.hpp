#pragma once

#include <string>
#include <vector>

#include "core/job/build_record.hpp"

namespace pkgkiln::cli {

enum class Rows { all, not_good };

/// What a run did that is worth reading: what was built, from which version to which; what waits,
/// and for what; each failure with its cause, those lines of its log that show it, and where that
/// is; and a line of counts. What several targets failed for alike, since it was no fault of
/// theirs, is told once.
std::string summary(const std::vector<BuildRecord>& results, Rows shown = Rows::all,
                    bool coloured = false);

}  // namespace pkgkiln::cli
