#pragma once

#include <string>
#include <vector>

#include "core/job/build_record.hpp"
#include "core/job/job.hpp"

/// Results for programs. Members may be added; those that are there keep their meaning.
namespace pkgkiln::cli {

/// {"targets": [{"target", "repository", "decision": "build", "up-to-date" or "failed", "why",
///   "unpublished_change": true or false, "origin", "needed_by": a target that it is listed for or
///   "", "ref", "commit", "remarks": [],
///   "evidence": [{"what", "found"}]}]}
std::string plans_json(const std::vector<Job>& jobs);

/// {"targets": [{"target", "repository", "status", "step", "exit_code", "why", "hint",
///   "unpublished_change", "commit", "log", "files": [], "steps": [{"step", "seconds"}]}]}
std::string results_json(const std::vector<BuildRecord>& results);

/// {"packages": [{"name", "base", "base_id", "version", "description", "url", "maintainer",
///   "submitter", "co_maintainers": [], "votes", "popularity", "first_submitted", "last_modified",
///   "out_of_date", "depends": [], "makedepends": [], "checkdepends": [], "provides": [],
///   "conflicts": [], "replaces": [], "warnings": []}]}
/// Times are in seconds of the epoch, 0 for none; the maintainer of an orphan is "".
std::string packages_json(const std::vector<AurPackage>& packages);

}  // namespace pkgkiln::cli
