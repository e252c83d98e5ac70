#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/file.hpp"

namespace pkgkiln {

/// The log file of one build: output as it comes, each step between two marks with its name, time
/// and exit code. Output beyond `limit` bytes is dropped, and that is said once; marks and notes
/// always get in. Thread-safe.
class BuildLog {
 public:
  BuildLog(std::filesystem::path path, std::uint64_t limit);

  const std::filesystem::path& path() const { return path_; }

  /// "==> 14:02:11 fetch (builder, network on)"
  void begin_step(const std::string& step, const std::string& how);
  void write(std::string_view output);
  /// "<== 14:02:14 fetch: exit code 0 after 3.2 s"
  void end_step(const std::string& step, const std::string& result);
  /// A line of ours: "--> text"
  void note(const std::string& text);

 private:
  void line(const std::string& text);

  std::filesystem::path path_;
  UniqueFd file_;
  std::mutex mutex_;
  std::uint64_t room_;
  bool at_line_start_ = true;
  bool truncated_ = false;
  std::chrono::steady_clock::time_point step_started_;
};

/// The last lines of a log that were output (no marks), at most `count` of them, made
/// printable, long lines cut.
std::vector<std::string> last_output_lines(const std::filesystem::path& log, std::size_t count);

}  // namespace pkgkiln
