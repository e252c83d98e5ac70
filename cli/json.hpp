#pragma once

#include <string>
#include <vector>

#include "core/job/build_record.hpp"
#include "core/job/job.hpp"
#include "core/ledger/ledger.hpp"
#include "core/run/approval.hpp"
#include "core/schedule/due.hpp"
#include "core/verify/verification.hpp"

/// Results for programs. Each document has a member "format": 1 as well, which tells its version.
/// Members may be added; those that are there keep their meaning.
namespace pkgkiln::cli {

/// {"targets": [{"target", "repository", "decision": "build", "up-to-date", "held", "deferred" or
///   "failed", "why", "rules": [] of one that is held,
///   "unpublished_change": true or false, "origin", "needed_by": a target that it is listed for or
///   "", "ref", "commit", "remarks": [],
///   "evidence": [{"what", "found"}]}]}
std::string plans_json(const std::vector<Job>& jobs);

/// {"targets": [{"target", "repository", "status", "step", "exit_code", "why", "hint",
///   "unpublished_change", "rules": [] of one that is held, "newly_held": whether nobody was told
///   of that yet, "commit", "log", "files": [], "steps": [{"step", "seconds"}]}]}
std::string results_json(const std::vector<BuildRecord>& results);

/// {"targets": [{"target", "schedule": "" for none, "attempted", "next", "due": true or false}]}
/// Times are in seconds of the epoch, 0 for none.
std::string schedule_json(const std::vector<Due>& due, Due::Time now);

/// {"held": [{"target", "commit", "version_from", "version_to", "since", "rules": [],
///   "needed_by"}]}
/// Versions are "" where they are not known.
std::string held_json(const std::vector<Held>& held);

/// {"packages": [{"name", "base", "base_id", "version", "description", "url", "maintainer",
///   "submitter", "co_maintainers": [], "votes", "popularity", "first_submitted", "last_modified",
///   "out_of_date", "depends": [], "makedepends": [], "checkdepends": [], "provides": [],
///   "conflicts": [], "replaces": [], "warnings": []}]}
/// Times are in seconds of the epoch, 0 for none; the maintainer of an orphan is "".
std::string packages_json(const std::vector<AurPackage>& packages);

/// {"packages": [as above, and "target", "repository", "needed_by", "commit"], "added": true or
///   false, "config": the file that lists them}
std::string new_targets_json(const std::vector<SeenTarget>& targets, bool is_added,
                             const std::string& file);
/// {"targets": [{"target"}], "config"}: those that are none any more
std::string removed_json(const std::vector<std::string>& targets, const std::string& file);

/// {"packages": [{"file", "verdict": "identical", "different" or "failed", "step", "why", "hint",
///   "differences": [{"kind": "file", "metadata", "installed" or "archive", "what", "published",
///   "rebuilt"}], "gone": [], "remarks": [], "log"}]}
std::string verdicts_json(const std::vector<Verdict>& verdicts);

}  // namespace pkgkiln::cli
