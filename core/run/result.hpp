#pragma once

#include <string>
#include <vector>

#include "core/build/outcome.hpp"
#include "core/state/history.hpp"
#include "core/target/target.hpp"

namespace pkgkiln {

/// What became of one target in a run.
struct TargetResult {
  enum class Status {
    built,        // and published
    up_to_date,   // nothing to do
    failed,       // at `record.step`
    timed_out,    // at `record.step`
    interrupted,  // at `record.step`, or before it came to it
    unpublished,  // built; waits in the spool for its repository
    blocked,      // not tried: a target that it depends on is not published
  };

  Target target;
  Status status = Status::failed;
  BuildRecord record;           // `build` is empty when none was started
  std::vector<StepTime> steps;  // of the build
  std::string hint;             // what to do, or what the output seems to say; may be empty
};

const char* word(TargetResult::Status status);

/// Whether the run as a whole succeeded.
bool all_good(const std::vector<TargetResult>& results);
/// Whether something that targets need was out of reach for any of them.
bool out_of_reach(const std::vector<TargetResult>& results);

}  // namespace pkgkiln
