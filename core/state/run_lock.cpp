#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

#include "core/base/error.hpp"
#include "core/state/state_dir.hpp"

namespace pkgkiln {

namespace {

using LockClock = Cancellation::Clock;

constexpr std::chrono::seconds kLongestLook{60};
constexpr std::chrono::milliseconds kPoll{50};
constexpr std::string_view kLooks = " looks";

/// What the holder wrote: its process id, and whether it only looks. Nothing when it hasn't yet.
std::string written(int fd) {
  std::array<char, 32> text{};
  const auto size = ::pread(fd, text.data(), text.size(), 0);
  return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

std::string holder(int fd) {
  const auto text = written(fd);
  const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
  return digits.empty() ? "a process that has just begun" : "process " + digits;
}

bool take(const UniqueFd& fd, const std::filesystem::path& path) {
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return true;
  if (errno != EWOULDBLOCK) throw_errno("cannot lock '" + path.string() + "'");
  return false;
}

}  // namespace

RunLock::RunLock(const StateDir& state, For what, const Cancellation& cancel) {
  const auto path = state.root() / "lock";
  fd_ = UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd_) throw_errno("cannot open the lock '" + path.string() + "'");
  const auto until = LockClock::now() + kLongestLook;
  while (!take(fd_, path)) {
    if (what == For::look || LockClock::now() >= until ||
        written(fd_.get()).find(kLooks) == std::string::npos) {
      LockedError error("another run uses the state directory '" + state.root().string() + "'");
      error.because(holder(fd_.get()) + " holds its lock");
      error.advise("wait for it to end, or give this run a state_dir of its own");
      throw error;
    }
    cancel.check();
    std::this_thread::sleep_for(kPoll);
  }
  if (::ftruncate(fd_.get(), 0) != 0) throw_errno("cannot write '" + path.string() + "'");
  const std::string looks(what == For::look ? kLooks : "");
  write_all(fd_.get(), std::to_string(::getpid()) + looks + "\n", path);
}

}  // namespace pkgkiln
