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
/// always get in. What can't be written is lost, which costs nothing else: nothing of it throws
/// because of the file. Thread-safe.
///
/// A line that begins like a mark is ours. So that no output can pretend to be one, not to who
/// reads the file nor on his terminal, output is text: control characters and the like are escaped
/// (see printable.hpp), colours are left out, a carriage return ends a line, and a line that would
/// begin like a mark gets "| " before it.
class BuildLog {
 public:
  BuildLog(std::filesystem::path path, std::uint64_t limit);
  ~BuildLog();

  const std::filesystem::path& path() const { return path_; }

  /// "==> [14:02:11] fetch (builder, network on)"
  void begin_step(const std::string& step, const std::string& how);
  /// The next bytes of output, cut anywhere.
  void write(std::string_view output);
  /// "<== [14:02:14] fetch: exit code 0 after 3.2 s"
  void end_step(const std::string& step, const std::string& result);
  /// A line of ours: "--> [14:02:14] text"
  void note(const std::string& text);

  /// Why something of it was lost, if it was.
  std::string problem();

 private:
  void line(const std::string& text);
  void mark(const std::string& text);
  void take(std::string_view part);
  void flush();
  void put(std::string_view text);
  void write_out(std::string_view bytes);

  std::filesystem::path path_;
  UniqueFd file_;
  std::mutex mutex_;
  std::uint64_t room_;
  bool at_line_start_ = true;
  std::string unread_;  // bytes that mean something only with those that follow
  std::string held_;    // text at the beginning of a line that may become a mark
  bool truncated_ = false;
  bool has_gap_ = false;
  std::string problem_;
  std::chrono::steady_clock::time_point step_started_;
};

/// The last lines of a log that were output (no marks), at most `count` of them, made
/// printable, long lines cut.
std::vector<std::string> last_output_lines(const std::filesystem::path& log, std::size_t count);

}  // namespace pkgkiln
