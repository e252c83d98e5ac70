#include "cli/terminal/own_terminal.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/error.hpp"

namespace pkgkiln::cli {

namespace {

constexpr int kLongestWait = 200;  // milliseconds
/// So much is written at once that a terminal with room for anything doesn't block.
constexpr std::size_t kWrittenAtOnce = 512;

}  // namespace

OwnTerminal::OwnTerminal(const Cancellation& cancel) : cancel_(cancel) {
  termios mode{};
  if (!is_there() || ::tcgetattr(STDIN_FILENO, &mode) != 0) return;
  before_ = mode;
  // A process that is stopped or dumped would leave the terminal raw.
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGTSTP, &ignore, &stop_);
  ::sigaction(SIGQUIT, &ignore, &quit_);
  ::cfmakeraw(&mode);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &mode);
}

OwnTerminal::~OwnTerminal() {
  if (!before_) return;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &*before_);
  ::sigaction(SIGTSTP, &stop_, nullptr);
  ::sigaction(SIGQUIT, &quit_, nullptr);
}

bool OwnTerminal::is_there() {
  return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
}

int OwnTerminal::input() const {
  return STDIN_FILENO;
}

std::optional<Terminal::Size> OwnTerminal::size() {
  if (!before_) return std::nullopt;
  winsize now{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): what the system has
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &now) != 0 || now.ws_row == 0) return Size{24, 80};
  return Size{now.ws_row, now.ws_col};
}

void OwnTerminal::show(OutputStream stream, std::string_view bytes) {
  pollfd ready{stream == OutputStream::out ? STDOUT_FILENO : STDERR_FILENO, POLLOUT, 0};
  while (!bytes.empty()) {
    cancel_.check();
    if (::poll(&ready, 1, kLongestWait) <= 0) continue;
    const auto size = ::write(ready.fd, bytes.data(), std::min(bytes.size(), kWrittenAtOnce));
    if (size >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(size));
    else if (errno != EINTR && errno != EAGAIN)
      throw Error("cannot show what the shell prints").because(std::strerror(errno));
  }
}

}  // namespace pkgkiln::cli
