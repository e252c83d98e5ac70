#include "cli/console.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <fcntl.h>
#include <fmt/format.h>
#include <mutex>
#include <poll.h>
#include <string_view>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include "cli/signals.hpp"
#include "cli/terminal/terminal.hpp"

namespace pkgkiln::cli {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kPoll{100};
constexpr std::chrono::seconds kPatience{10}, kFlush{2}, kAfterSignal{1};
/// So much is written at once that a pipe or a terminal with room for anything doesn't block.
constexpr std::size_t kChunk = 512;
constexpr std::size_t kMostWaiting = std::size_t{1} << 20U;

std::atomic<int> results_error{0};

/// To the beginning of what stands below the lines. A terminal that became narrower has wrapped it.
std::string to_begin_of(const std::string& shown, int fd) {
  const auto rows = rows_of(shown, size_of(fd).columns);
  return rows > 1 ? fmt::format("\r\x1b[{}A", rows - 1) : "\r";
}

/// Drawn over what stood there, so that nothing flickers. Terminals may take it for more when all
/// is erased from their first column and row on, so that is never done. A line that fills its rows
/// leaves the cursor on its last character, which would be erased.
std::string drawn_over(std::string_view text, std::size_t columns) {
  if (text.empty()) return "\x1b[K\x1b[B\x1b[J\x1b[A";
  std::string drawn;
  for (;;) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    const auto width = line_width(line);
    const bool is_full = width > 0 && columns > 0 && width % columns == 0;
    drawn += line;
    if (end == text.size()) return drawn + (is_full ? "" : "\x1b[J");
    drawn += is_full ? "\n" : "\x1b[K\n";
    text.remove_prefix(end + 1);
  }
}

bool is_no_room(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

}  // namespace

struct Console::State {
  explicit State(int written_to) : fd(written_to) {}

  const int fd;
  std::mutex mutex;
  std::condition_variable changed;
  std::string waiting, status, shown;
  std::size_t dropped = 0;
  bool idle = true;
  bool gone = false;  // the reader, for good
  int continued = times_continued();
  std::atomic<bool> ending{false};
  std::atomic<Clock::time_point> moved{Clock::now()};

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return ending || has_news(); });
      if (!has_news()) return;
      const auto text = take();
      idle = false;
      lock.unlock();
      const int error = write_out(text);
      lock.lock();
      if (error != 0) failed(error);
      idle = true;
      changed.notify_all();
    }
  }

  bool has_news() const { return !waiting.empty() || status != shown; }

  std::string take() {
    std::string text = std::exchange(waiting, {});
    if (dropped > 0)
      text += fmt::format("({} lines are not shown, since nothing could be written)\n",
                          std::exchange(dropped, 0));
    const auto former = std::exchange(shown, status);
    text += shown;
    return former.empty() ? text : to_begin_of(former, fd) + drawn_over(text, size_of(fd).columns);
  }

  void failed(int error) {
    if (fd == STDOUT_FILENO && error != EPIPE && error != EIO) results_error = error;
    gone = !is_no_room(error);  // a disk may have room again
    if (gone) waiting.clear(), status.clear(), shown.clear();
  }

  int write_out(std::string_view text) {
    while (!text.empty() && !ending) {
      pollfd waited{fd, POLLOUT, 0};
      if (::poll(&waited, 1, static_cast<int>(kPoll.count())) <= 0) continue;
      const auto written = ::write(fd, text.data(), std::min(text.size(), kChunk));
      if (written >= 0) {
        text.remove_prefix(static_cast<std::size_t>(written));
        moved = Clock::now();
      } else if (errno == EAGAIN) {
        std::this_thread::sleep_for(kPoll / 10);
      } else if (errno != EINTR) {
        return errno;
      }
    }
    return 0;
  }

  /// `bound`: of the time without any movement.
  void wait_until_written(Clock::duration bound) {
    const auto began = Clock::now();
    std::unique_lock lock(mutex);
    while (!idle || has_news()) {
      changed.wait_for(lock, kPoll);
      const auto still = Clock::now() - std::max(began, moved.load());
      if (still > bound || (signal_came() && still > kAfterSignal)) return;
    }
  }
};

Console::Console(int fd, Patience patience)
    : state_(std::make_shared<State>(fd)), patience_(patience) {
  try {
    std::thread([state = state_] { state->run(); }).detach();
  } catch (const std::system_error&) {
    state_->gone = true;  // what it would have said is worth no failure
    if (fd == STDOUT_FILENO) results_error = EAGAIN;
  }
}

Console::~Console() {
  status("");
  state_->wait_until_written(patience_ == Patience::bounded ? kPatience : Clock::duration::max());
  const std::lock_guard lock(state_->mutex);
  state_->ending = true;
  // If its thread hangs in a write, it ends with what it has.
  state_->waiting.clear();
  state_->shown = state_->status;
  state_->changed.notify_all();
}

void Console::write(const std::string& lines) {
  const std::lock_guard lock(state_->mutex);
  if (state_->gone) return;
  if (patience_ == Patience::bounded && state_->waiting.size() + lines.size() > kMostWaiting) {
    state_->dropped += static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
    return;
  }
  state_->waiting += lines;
  state_->changed.notify_all();
}

void Console::status(const std::string& text) {
  const std::lock_guard lock(state_->mutex);
  if (state_->gone) return;
  // A shell has written below it meanwhile.
  if (const auto times = times_continued(); times != state_->continued) {
    state_->continued = times;
    state_->shown.clear();
  }
  state_->status = text;
  state_->changed.notify_all();
}

void Console::flush() {
  state_->wait_until_written(kFlush);
}

void print(const std::string& text) {
  Console(STDOUT_FILENO, Console::Patience::endless).write(text);
}

void say(const std::string& text) {
  Console(STDERR_FILENO, Console::Patience::bounded).write(text);
}

std::string error_text(const std::string& report) {
  return as_error(fmt::format("error: {}\n", report));
}

std::string as_error(const std::string& lines) {
  return is_journal() ? with_priority(lines, kErrorPriority) : lines;
}

bool is_attended() {
  return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0 &&
         ::isatty(STDERR_FILENO) != 0;
}

std::string answer_to(const std::string& question, const Cancellation& cancel) {
  say(question);
  std::string line;
  for (;;) {
    cancel.check();
    pollfd typed{STDIN_FILENO, POLLIN, 0};
    if (::poll(&typed, 1, static_cast<int>(kPoll.count())) <= 0) continue;
    char c = 0;
    const auto got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0 || c == '\n') return line;
    line += c;
  }
}

int lost_results() {
  return results_error;
}

void open_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (::fcntl(fd, F_GETFD) == -1 && errno == EBADF)
      static_cast<void>(::open("/dev/null", O_RDWR));
}

}  // namespace pkgkiln::cli
