#pragma once

#include "core/build/outcome.hpp"
#include "core/run/result.hpp"

namespace pkgkiln {

/// In the result and in its record.
void set_status(TargetResult& result, TargetResult::Status status);

/// Puts what became of a build into its result, for the user and for the history.
void describe(TargetResult& result, const BuildOutcome& outcome);

}  // namespace pkgkiln
