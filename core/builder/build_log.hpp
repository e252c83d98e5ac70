#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/file.hpp"

namespace pkgkiln {

/// The log file of one build: output as it comes, and lines of ours ("marks") where a step begins
/// and ends, and for notes. Output beyond `limit` bytes is dropped, and a mark says so once; marks
/// are always written. No error of the file throws: what can't be written is lost, and nothing
/// else. Thread-safe.
///
/// Marks begin with "==> [", "<== [" or "--> [", then the time of day. Output can't fake one, in
/// the file or on a terminal: control characters and the like are escaped (see printable.hpp),
/// colours are removed, a carriage return ends a line, and a line that would begin like a mark gets
/// "| " before it.
class BuildLog {
 public:
  /// Hears of each line when it is whole, marks as well; very long ones are cut.
  using Watcher = std::function<void(std::string_view line)>;

  BuildLog(std::filesystem::path path, std::uint64_t limit, Watcher watcher = {});
  ~BuildLog();

  const std::filesystem::path& path() const { return path_; }

  /// "==> [14:02:11] fetch (builder, network on)"
  void begin_step(const std::string& step, const std::string& how);
  /// The next bytes of output. They may end anywhere.
  void write(std::string_view output);
  /// "<== [14:02:14] fetch: exit code 0 after 3.2 s"
  void end_step(const std::string& step, const std::string& result);
  /// A line of ours: "--> [14:02:14] text"
  void note(const std::string& text);

  /// Why a part of the log was lost; empty if none was.
  std::string problem();

 private:
  void line(const std::string& text);
  void mark(const std::string& text);
  void take(std::string_view part);
  void flush();
  void put(std::string_view text);
  void write_out(std::string_view bytes);
  void pass_on(std::string_view text);

  std::filesystem::path path_;
  UniqueFd file_;
  Watcher watcher_;
  std::string watched_;  // of a line that isn't whole
  std::mutex mutex_;
  std::uint64_t room_;
  bool at_line_start_ = true;
  std::string unread_;  // bytes that can be read only with those that follow
  std::string held_;    // text at the beginning of a line that may become a mark
  bool truncated_ = false;
  bool has_gap_ = false;
  std::string problem_;
  std::chrono::steady_clock::time_point step_started_;
};

/// What a line of a log is, by its beginning.
struct LogMark {
  enum class Kind { none, begin, end, note };
  Kind kind = Kind::none;
  std::string_view step = {};    // of its begin or end
  std::string_view result = {};  // of an end: "exit code 0 after 3.2 s"
  bool is_good = true;           // of an end: with exit code 0

  bool is_none() const { return kind == Kind::none; }
  /// Its begin or end, which is an event as well.
  bool is_of_step() const { return kind == Kind::begin || kind == Kind::end; }
};
/// Points into the line.
LogMark log_mark_of(std::string_view line);

/// The last lines of output in a log, without marks, and of the last step that printed any: at most
/// `count`, printable, long ones cut.
std::vector<std::string> last_output_lines(const std::filesystem::path& log, std::size_t count);

}  // namespace pkgkiln
