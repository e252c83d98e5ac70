#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

namespace pkgkiln {

/// What became of a target in a run.
enum class Status {
  built,        // and published
  up_to_date,   // nothing to do
  failed,       // at its step
  timed_out,    // at its step
  interrupted,  // at its step, or before it came to it
  unpublished,  // built; waits in the spool for its repository
  blocked,      // not tried: a target that it depends on is not published
  held,         // not tried: a person has to approve its packaging files first
  deferred,     // not tried: whether they may be built could not be told, or only later
};
inline constexpr std::size_t kStatuses = 9;

/// "built", "up-to-date", "failed", "timed-out", … The terminal, JSON, the history and logs all
/// use these.
const char* word(Status status);
std::optional<Status> status_of(std::string_view word);
/// Built or up to date.
bool is_good(Status status);
/// The same for those that are alike to who wants to hear of changes only: Status::built of what is
/// good, Status::failed of what failed or timed out, and each other of itself.
Status kind_of(Status status);
/// In the order of need: what needs somebody comes first, then what waits, then what is good.
inline constexpr std::array<Status, kStatuses> kByNeed{
    Status::failed,   Status::timed_out, Status::unpublished, Status::interrupted, Status::held,
    Status::deferred, Status::blocked,   Status::built,       Status::up_to_date};
/// Held or deferred: no failure. What is published of it stays, and counts.
bool is_waiting(Status status);
/// Neither good nor waiting, and by itself: what is blocked is so by another.
bool has_failed(Status status);

struct StepTime {
  std::string step;
  std::chrono::milliseconds took{};

  bool operator==(const StepTime&) const = default;
};

/// A package file that a build made.
struct RecordedFile {
  std::string file_name;
  std::string sha256;
  std::uint64_t size = 0;  // bytes; 0: unknown

  bool operator==(const RecordedFile&) const = default;
};

/// A source that a VCS serves.
struct RecordedSource {
  std::string source;  // as the PKGBUILD has it
  std::string commit;  // that its branch or tag named before it was fetched; may be unknown

  bool operator==(const RecordedSource&) const = default;
};

/// What became of one target in one run, as it is told and remembered.
struct BuildRecord {
  std::string build;   // id: also the name of its log and spool directory; empty: none was begun
  std::string target;  // Target::name
  std::string url;     // of the target then, displayable: what is secret in it is not kept; a
                       // record of another url doesn't count for it
  std::string branch;
  std::string path;
  std::string repository;
  std::string commit;  // of the packaging repository, or the sha256 of a PKGBUILD's content
  std::string tree;    // names the content of the PKGBUILD's directory; may be unknown
  /// Of one that is up to date though its files changed, and not its version: the tree that this
  /// version is of. The change is not published.
  std::string built_from;
  std::string image;  // id of the builder image
  std::string host;   // name of the machine that it ran on
  /// Of its packages, as far as it came to be known; and of what was published before.
  std::string version, previous_version;
  /// Of the settings that a build's end may hang on, "name=value" a line; empty: unknown.
  std::string conditions;
  Status status = Status::failed;
  std::string step;  // where it ended, for the ones that failed
  int exit_code = 0;
  Fault fault = Fault::elsewhere;  // of one that failed
  std::string why;
  std::string hint;  // what to do, or what the output seems to say; may be empty
  std::chrono::system_clock::time_point started, finished;
  std::vector<StepTime> steps;
  std::uint64_t peak_memory = 0;  // bytes that its container had at most; 0: unknown
  std::filesystem::path log;
  /// Of the PKGBUILD: while there is any, an unmoved `commit` alone doesn't prove it unchanged.
  std::vector<RecordedSource> vcs_sources;
  /// What was published, or was found published; of one that failed, what it may not publish.
  std::vector<RecordedFile> files;
  /// Of one that is held: the rules of core/trust that hold it, and whether any is new. Never
  /// recorded.
  std::vector<std::string> rules = {};
  bool is_newly_held = false;
  /// Of one that is blocked: by one that is held or deferred, so that it is no failure.
  bool is_blocked_by_waiting = false;
  /// Its target was forced. Known only while the build waits in the spool.
  bool forced = false;

  bool operator==(const BuildRecord&) const = default;
};

/// The version of a build's packages, of which `file_name` is one: earlier versions of pkgkiln
/// recorded none. May be unknown.
std::string recorded_version(const std::string& version, const std::string& file_name);
/// "1-1 -> 2-1"; the new one alone where there was none, or the same.
std::string version_change(const std::string& before, const std::string& now);

/// Whether nothing failed.
bool all_good(const std::vector<BuildRecord>& results);
/// Whether something that all builds need was out of reach for any of them.
bool out_of_reach(const std::vector<BuildRecord>& results);

}  // namespace pkgkiln
