#include "core/builder/build_log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <exception>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/printable.hpp"

namespace pkgkiln {

namespace {

/// Of the end of a log so much is read at first, and at most.
constexpr std::size_t kTail = 64U << 10U, kLongestTail = 2U << 20U;
constexpr std::size_t kLongestLine = 300;
constexpr std::size_t kLongestWatched = 2'000;

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

constexpr std::array<std::string_view, 3> kMarks = {"==> [", "<== [", "--> ["};

bool is_mark(std::string_view line) {
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return line.starts_with(mark); });
}

bool may_become_mark(std::string_view begin) {
  return std::any_of(kMarks.begin(), kMarks.end(), [&](std::string_view mark) {
    return begin.size() < mark.size() && mark.starts_with(begin);
  });
}

constexpr char kEscape = '\x1b';
constexpr std::size_t kLongestColour = 32;

/// The length of the escape sequence at the beginning of the text, if it sets a colour or erases
/// the rest of the line. 0 for another sequence; more than the text's size if its end is missing.
std::size_t colour_at_begin(std::string_view text) {
  if (text.size() > 1 && text[1] != '[') return 0;
  const auto end = text.find_first_not_of("0123456789;:", 2);
  if (text.size() < 2 || end == std::string_view::npos)
    return text.size() < kLongestColour ? text.size() + 1 : 0;
  return end < kLongestColour && (text[end] == 'm' || text[end] == 'K') ? end + 1 : 0;
}

std::string without_colours(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const auto escape = std::min(text.find(kEscape), text.size());
    plain += text.substr(0, escape);
    text.remove_prefix(escape);
    if (text.empty()) break;
    const auto length = colour_at_begin(text);
    if (length == 0 || length > text.size()) plain += kEscape;
    text.remove_prefix(length == 0 || length > text.size() ? 1 : length);
  }
  return plain;
}

/// How many bytes at the end can be read only with those that follow.
std::size_t unfinished_end(std::string_view text) {
  if (text.ends_with('\r')) return 1;
  const auto escape = text.rfind(kEscape);
  if (escape != std::string_view::npos &&
      colour_at_begin(text.substr(escape)) > text.size() - escape)
    return text.size() - escape;
  return unfinished_bytes(text);
}

struct Tail {
  std::string text;
  bool is_all = true;  // of the log
};

/// At most so many bytes of the end, which begin with a whole line.
Tail read_tail(const UniqueFd& file, std::size_t bytes) {
  const auto end = std::max<off_t>(0, ::lseek(file.get(), 0, SEEK_END));
  const auto begin = std::max<off_t>(0, end - static_cast<off_t>(bytes));
  Tail tail{std::string(static_cast<std::size_t>(end - begin), '\0'), begin == 0};
  const auto got = ::pread(file.get(), tail.text.data(), tail.text.size(), begin);
  tail.text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  // A part of a line could pass for a mark.
  if (!tail.is_all) tail.text.erase(0, std::min(tail.text.find('\n'), tail.text.size() - 1) + 1);
  return tail;
}

/// The last lines of output, the last one first; whether there may be more before the text.
bool gather_lines(std::string_view text, std::size_t count, std::vector<std::string>& lines) {
  while (!text.empty() && lines.size() < count) {
    if (text.back() == '\n') text.remove_suffix(1);
    const auto begin = text.rfind('\n') + 1;  // npos + 1 is 0
    const auto line = text.substr(begin);
    if (line.starts_with(kMarks.front()) && !lines.empty()) return false;
    if (!line.empty() && !is_mark(line)) lines.push_back(printable(line, kLongestLine));
    text = text.substr(0, begin);
  }
  return lines.size() < count;
}

}  // namespace

BuildLog::BuildLog(std::filesystem::path path, std::uint64_t limit, Watcher watcher)
    : path_(std::move(path)), watcher_(std::move(watcher)), room_(limit) {
  std::error_code failure;
  std::filesystem::create_directories(path_.parent_path(), failure);
  file_ = UniqueFd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file_) problem_ = std::generic_category().message(errno);
}

std::string BuildLog::problem() {
  const std::lock_guard lock(mutex_);
  return problem_;
}

BuildLog::~BuildLog() {
  try {
    flush();
  } catch (const std::exception&) {  // it is no part of what was built
  }
}

void BuildLog::begin_step(const std::string& step, const std::string& how) {
  const std::lock_guard lock(mutex_);
  step_started_ = std::chrono::steady_clock::now();
  line(fmt::format("==> [{}] {} ({})", time_of_day(), step, how));
}

void BuildLog::end_step(const std::string& step, const std::string& result) {
  const std::lock_guard lock(mutex_);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - step_started_;
  line(fmt::format("<== [{}] {}: {} after {:.1f} s", time_of_day(), step, result, took.count()));
}

void BuildLog::note(const std::string& text) {
  const std::lock_guard lock(mutex_);
  line(fmt::format("--> [{}] {}", time_of_day(), text));
}

void BuildLog::write(std::string_view output) {
  const std::lock_guard lock(mutex_);
  if (output.empty() || truncated_) return;
  const auto all = std::exchange(unread_, {}) + std::string(output);
  std::string_view rest = all;
  for (;;) {
    const auto end = rest.find_first_of("\r\n");
    if (end == std::string_view::npos || rest.substr(end) == "\r") break;
    take(rest.substr(0, end));
    const bool only_return = rest[end] == '\r' && rest[end + 1] != '\n';
    rest.remove_prefix(rest[end] == '\r' && !only_return ? end + 2 : end + 1);
    // Programs that redraw a line often begin it with a return.
    if (!only_return || !at_line_start_ || !held_.empty()) put(std::exchange(held_, {}) + "\n");
  }
  const auto unfinished = unfinished_end(rest);
  unread_ = rest.substr(rest.size() - unfinished);
  rest.remove_suffix(unfinished);
  take(rest);
}

/// A part of a line.
void BuildLog::take(std::string_view part) {
  auto text = std::exchange(held_, {}) + escaped(without_colours(part));
  if (at_line_start_ && may_become_mark(text)) {
    held_ = std::move(text);
    return;
  }
  if (at_line_start_ && is_mark(text)) text.insert(0, "| ");
  put(text);
}

void BuildLog::flush() {
  if (unread_.ends_with('\r')) unread_.pop_back();
  take(std::exchange(unread_, {}));
  put(std::exchange(held_, {}));
}

void BuildLog::put(std::string_view text) {
  if (text.empty() || truncated_) return;
  auto kept = text.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(room_, text.size())));
  if (kept.size() < text.size()) kept.remove_suffix(unfinished_bytes(kept));
  room_ -= kept.size();
  write_out(kept);
  // After a gap a line begins, so that no part of a line can pass for a mark.
  if (!kept.empty()) at_line_start_ = has_gap_ || kept.back() == '\n';
  truncated_ = kept.size() < text.size();
  if (truncated_)
    mark(fmt::format("--> [{}] the log is full; further output is dropped", time_of_day()));
}

void BuildLog::line(const std::string& text) {
  flush();
  mark(text);
}

void BuildLog::mark(const std::string& text) {
  const std::string separator = at_line_start_ ? "" : "\n";
  write_out(separator + printable(text) + "\n");
  at_line_start_ = true;
}

void BuildLog::pass_on(std::string_view text) {
  if (!watcher_) return;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    watched_ += text.substr(0, std::min(end, kLongestWatched - watched_.size()));
    text.remove_prefix(end);
    if (text.empty()) return;
    text.remove_prefix(1);
    watched_.resize(watched_.size() - unfinished_bytes(watched_));
    watcher_(watched_);
    watched_.clear();
  }
}

/// Goes on after a failure: a disk that is full may have room again.
void BuildLog::write_out(std::string_view bytes) {
  pass_on(bytes);
  if (!file_ || bytes.empty()) return;
  try {
    if (has_gap_)
      write_all(file_.get(),
                fmt::format("\n--> [{}] something is missing here: {}\n", time_of_day(), problem_),
                path_);
    has_gap_ = false;
    write_all(file_.get(), bytes, path_);
  } catch (const Error& error) {
    has_gap_ = true;
    problem_ = error.causes().empty() ? error.what() : error.causes().back();
  }
}

LogMark log_mark_of(std::string_view line) {
  if (!is_mark(line)) return {};
  if (line.starts_with("--> [")) return {LogMark::Kind::note};
  const bool is_begin = line.starts_with("==> [");
  line.remove_prefix(std::min(line.find("] "), line.size() - 2) + 2);
  if (is_begin) return {LogMark::Kind::begin, line.substr(0, line.rfind(" ("))};
  const auto end = line.find(": ");
  const auto result = end == std::string_view::npos ? line : line.substr(end + 2);
  return {LogMark::Kind::end, line.substr(0, end), result, result.starts_with("exit code 0 ")};
}

std::vector<std::string> last_output_lines(const std::filesystem::path& log, std::size_t count) {
  std::vector<std::string> lines;
  const UniqueFd file(::open(log.c_str(), O_RDONLY | O_CLOEXEC));
  for (auto bytes = kTail; file && bytes <= kLongestTail; bytes *= 2) {
    const auto tail = read_tail(file, bytes);
    lines.clear();
    if (!gather_lines(tail.text, count, lines) || tail.is_all) break;
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

}  // namespace pkgkiln
