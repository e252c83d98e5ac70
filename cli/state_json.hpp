#pragma once

#include <functional>
#include <memory>
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

/// What a build printed, line by line, since it may be long:
/// {"steps": [{"step": "" for what stands between two, "begin": our own line, "lines": [],
///   "end": our own line, or "", "good": false if it ended otherwise than with exit code 0}],
///  "log": its path}
class LogDocument {
 public:
  /// `step`: only that one; empty: all.
  LogDocument(std::string log, std::string step,
              std::function<void(const std::string& text)> write);
  ~LogDocument();
  LogDocument(const LogDocument&) = delete;
  LogDocument& operator=(const LogDocument&) = delete;

  void line(const std::string& line);
  /// Writes the rest. Nothing is written of a log without that step: then it is false.
  bool end();
  /// Those that came.
  const std::vector<std::string>& steps() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pkgkiln::cli
