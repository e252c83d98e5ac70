#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/job/build_record.hpp"

namespace pkgkiln {

/// A step whose command failed.
struct FailedStep {
  std::string name;
  int exit_code = 1;
  bool sealed = false;  // it had no network
};

/// Why a step failed, as the last lines of its output show it. A PKGBUILD can print whatever it
/// likes, so what is read from it is told as that, and never proves that it is the host's fault.
struct Cause {
  std::string why;        // empty: nothing was recognised
  std::string advice;     // may be empty
  std::size_t line = 0;   // the one that shows it
  bool is_hosts = false;  // only of the step "dependencies", which is not the target's own
};
/// Of so many it is sought: where much is compiled at once, the first error is long past.
inline constexpr std::size_t kLinesForCause = 2'000;
Cause cause_in(const std::vector<std::string>& lines, const FailedStep& step);

/// Those lines of a failed build's log that show its cause, else the last ones; at most `count`.
std::vector<std::string> telling_lines(const BuildRecord& failed, std::size_t count);

/// Whether a step failed because it could start no more processes, by its exit code or its output.
bool ran_out_of_processes(int exit_code, const std::vector<std::string>& lines);

}  // namespace pkgkiln
