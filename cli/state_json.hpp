#pragma once

#include <string>
#include <vector>

#include "cli/state_tables.hpp"

/// What is known without a run, for programs: see cli/json.hpp. Times are in seconds of the epoch,
/// 0 where there is none; sizes are in bytes, 0 where they are not known.
namespace pkgkiln::cli {

/// {"targets": [{"target", "repository", "status", "step", "why", "hint", "attempted", "since",
///   "version", "needs": [], "build": as in history, without its lists, or null}],
///  "last_run": {"run", "host", "started", "finished", "exit_code", "targets", "built", "failed",
///   "waiting", "problem"} or null, "running": whether a run goes on}
std::string status_json(const Standing& standing);

/// {"builds": [{"build", "target", "repository", "status", "step", "exit_code", "why", "hint",
///   "version", "previous_version", "url", "branch", "path", "commit", "host", "started",
///   "finished", "peak_memory", "log", "files": [{"file", "sha256", "size"}],
///   "sources": [{"source", "commit"}], "steps": [{"step", "seconds"}]}]}
std::string history_json(const std::vector<BuildRecord>& builds);

/// {"targets": [as in status, and "good": its newest good build as in history, or null,
///   "dependencies": [{"dependency", "target"}], "needed_by": []}]}
std::string facts_json(const std::vector<TargetFacts>& targets);

/// {"packages": [{"repository", "package", "version", "file", "size", "sha256", "target",
///   "files": []}]}
std::string published_json(const std::vector<PublishedPackage>& packages);

/// {"repositories": [{"repository", "packages": how many, "problems": [{"file", "what"}]}]}
std::string check_json(const std::vector<CheckedRepository>& repositories);

/// A step of a build's log, or what stands between two.
struct LogStep {
  std::string step;        // empty: between
  std::string begin, end;  // our own lines; an end may be missing
  bool good = true;        // it did not end otherwise than with exit code 0
  std::vector<std::string> lines;
};
/// {"steps": [{"step", "begin", "end", "good", "lines": []}], "log": its path}
std::string log_json(const std::vector<LogStep>& steps, const std::string& log);

}  // namespace pkgkiln::cli
