#include "core/job/build_record.hpp"

#include <algorithm>
#include <array>

#include "core/package/package_name.hpp"

namespace pkgkiln {

namespace {

constexpr std::array<const char*, kStatuses> kWords{"built",     "up-to-date",  "failed",
                                                    "timed-out", "interrupted", "unpublished",
                                                    "blocked",   "held",        "deferred"};

}  // namespace

const char* word(Status status) {
  return kWords.at(static_cast<std::size_t>(status));
}

std::optional<Status> status_of(std::string_view word) {
  const auto* const found = std::find(kWords.begin(), kWords.end(), word);
  return found == kWords.end() ? std::nullopt
                               : std::optional(static_cast<Status>(found - kWords.begin()));
}

bool is_good(Status status) {
  return status == Status::built || status == Status::up_to_date;
}

Status kind_of(Status status) {
  if (is_good(status)) return Status::built;
  return status == Status::timed_out ? Status::failed : status;
}

bool is_waiting(Status status) {
  return status == Status::held || status == Status::deferred;
}

bool has_failed(Status status) {
  return !is_good(status) && !is_waiting(status) && status != Status::blocked;
}

std::string recorded_version(const std::string& version, const std::string& file_name) {
  if (!version.empty()) return version;
  const auto name = pacman::PackageFileName::parse(file_name);
  return name ? name->version : std::string();
}

std::string version_change(const std::string& before, const std::string& now) {
  return before.empty() || before == now ? now : before + " -> " + now;
}

bool all_good(const std::vector<BuildRecord>& results) {
  return std::all_of(results.begin(), results.end(), [](const auto& result) {
    return is_good(result.status) || is_waiting(result.status) || result.is_blocked_by_waiting;
  });
}

bool out_of_reach(const std::vector<BuildRecord>& results) {
  return std::any_of(results.begin(), results.end(), [](const auto& result) {
    return result.status != Status::built && result.fault == Fault::unreached;
  });
}

}  // namespace pkgkiln
