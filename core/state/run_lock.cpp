#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/error.hpp"
#include "core/state/state_dir.hpp"

namespace pkgkiln {

namespace {

/// What the holder wrote, or that it hasn't yet.
std::string holder(int fd) {
  std::array<char, 32> text{};
  const auto size = ::pread(fd, text.data(), text.size(), 0);
  const std::string_view read(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  const auto digits = read.substr(0, read.find_first_not_of("0123456789"));
  return digits.empty() ? "a process that has just begun" : "process " + std::string(digits);
}

}  // namespace

RunLock::RunLock(const StateDir& state) {
  const auto path = state.root() / "lock";
  fd_ = UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd_) throw_errno("cannot open the lock '" + path.string() + "'");
  if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) throw_errno("cannot lock '" + path.string() + "'");
    LockedError error("another run uses the state directory '" + state.root().string() + "'");
    error.because(holder(fd_.get()) + " holds its lock");
    error.advise("wait for it to end, or give this run a state_dir of its own");
    throw error;
  }
  if (::ftruncate(fd_.get(), 0) != 0) throw_errno("cannot write '" + path.string() + "'");
  write_all(fd_.get(), std::to_string(::getpid()) + "\n", path);
}

}  // namespace pkgkiln
