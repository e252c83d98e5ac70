#pragma once

#include <string>
#include <vector>

#include "core/job/build_record.hpp"
#include "core/job/job.hpp"

/// Results for programs. Members may be added; those that are there keep their meaning.
namespace pkgkiln::cli {

/// {"targets": [{"target", "repository", "decision": "build", "up-to-date" or "failed", "why",
///   "unpublished_change": true or false, "origin", "ref", "commit", "remarks": [],
///   "evidence": [{"what", "found"}]}]}
std::string plans_json(const std::vector<Job>& jobs);

/// {"targets": [{"target", "repository", "status", "step", "exit_code", "why", "hint",
///   "unpublished_change", "commit", "log", "files": [], "steps": [{"step", "seconds"}]}]}
std::string results_json(const std::vector<BuildRecord>& results);

}  // namespace pkgkiln::cli
