#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/job/build_record.hpp"

namespace pkgkiln {

struct Failure {
  Status status = Status::failed;
  std::string step;

  bool operator==(const Failure&) const = default;
};

/// How a target stands: what came of it in the latest run that came to it and was not interrupted.
struct TargetState {
  std::string target;  // Target::name
  std::string repository;
  Status status = Status::failed;
  std::string step, why, hint;  // as in BuildRecord
  /// The latest attempt; 1970: none. It is none where a host, a server or another target decided,
  /// so that it is tried again before it is due anew.
  std::chrono::system_clock::time_point attempted;
  std::chrono::system_clock::time_point since;  // from when on kind_of(status) is the same
  /// Its newest failure since it was good last, whatever it waited for since.
  std::optional<Failure> failure;
  /// What it depends on and is built with, in makepkg's words ("foo>=2"), as far as that came to be
  /// known.
  std::vector<std::string> needs;
  std::string schedule;  // that it had then; empty: none
  std::string version;   // that its newest good build made or found published; may be unknown
  /// The newest that was begun, and not only blocked; without its lists.
  std::optional<BuildRecord> last_build;
};

/// A former build, without its lists.
struct PastBuild {
  BuildRecord build;
  std::uint64_t size = 0;  // bytes of its packages together; 0: unknown
};

/// A run of the program that was to build.
struct RunRecord {
  std::string run;  // id
  std::string host;
  std::chrono::system_clock::time_point started;
  /// Nothing: it goes on, or was killed.
  std::optional<std::chrono::system_clock::time_point> finished = std::nullopt;
  int exit_code = 0;
  std::size_t targets = 0, built = 0;
  std::size_t failed = 0;   // neither good nor waiting
  std::size_t waiting = 0;  // for a person, or for another target
  std::string problem;      // what kept builds from being begun; may be empty

  bool operator==(const RunRecord&) const = default;
};

}  // namespace pkgkiln
