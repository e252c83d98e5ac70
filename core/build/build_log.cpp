#include "core/build/build_log.hpp"

#include <algorithm>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/printable.hpp"

namespace pkgkiln {

namespace {

constexpr std::size_t kTailBytes = 64U << 10U;
constexpr std::size_t kLongestLine = 300;

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

bool is_mark(std::string_view line) {
  return line.starts_with("==> [") || line.starts_with("<== [") || line.starts_with("--> [");
}

std::string read_tail(const std::filesystem::path& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return {};
  const auto end = ::lseek(file.get(), 0, SEEK_END);
  const auto begin = std::max<off_t>(0, end - static_cast<off_t>(kTailBytes));
  std::string text(static_cast<std::size_t>(std::max<off_t>(0, end - begin)), '\0');
  const auto got = ::pread(file.get(), text.data(), text.size(), begin);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

}  // namespace

BuildLog::BuildLog(std::filesystem::path path, std::uint64_t limit)
    : path_(std::move(path)), room_(limit) {
  std::filesystem::create_directories(path_.parent_path());
  file_ = UniqueFd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file_) throw_errno("cannot write the log '" + path_.string() + "'");
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
  if (output.empty()) return;
  const auto kept =
      output.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(room_, output.size())));
  room_ -= kept.size();
  write_all(file_.get(), kept, path_);
  if (!kept.empty()) at_line_start_ = kept.back() == '\n';
  if (kept.size() < output.size() && !truncated_) {
    truncated_ = true;
    line(fmt::format("--> [{}] the log is full; further output is dropped", time_of_day()));
  }
}

void BuildLog::line(const std::string& text) {
  const std::string separator = at_line_start_ ? "" : "\n";
  write_all(file_.get(), separator + text + "\n", path_);
  at_line_start_ = true;
}

std::vector<std::string> last_output_lines(const std::filesystem::path& log, std::size_t count) {
  const std::string tail = read_tail(log);
  std::vector<std::string> lines;
  std::string_view rest = tail;
  while (!rest.empty() && lines.size() < count) {
    if (rest.back() == '\n') rest.remove_suffix(1);
    const auto newline = rest.rfind('\n');
    const auto line = newline == std::string_view::npos ? rest : rest.substr(newline + 1);
    if (!line.empty() && !is_mark(line)) lines.push_back(printable(line, kLongestLine));
    rest = newline == std::string_view::npos ? std::string_view{} : rest.substr(0, newline + 1);
    if (rest.size() == 1) break;
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

}  // namespace pkgkiln
