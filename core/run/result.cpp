#include "core/run/result.hpp"

#include <algorithm>
#include <array>

namespace pkgkiln {

const char* word(TargetResult::Status status) {
  static constexpr std::array words{"built",       "up-to-date",  "failed", "timed-out",
                                    "interrupted", "unpublished", "blocked"};
  return words.at(static_cast<std::size_t>(status));
}

bool all_good(const std::vector<TargetResult>& results) {
  return std::all_of(results.begin(), results.end(), [](const TargetResult& result) {
    return result.status == TargetResult::Status::built ||
           result.status == TargetResult::Status::up_to_date;
  });
}

bool out_of_reach(const std::vector<TargetResult>& results) {
  return std::any_of(results.begin(), results.end(), [](const TargetResult& result) {
    return result.record.fault == Fault::unreached;
  });
}

}  // namespace pkgkiln
