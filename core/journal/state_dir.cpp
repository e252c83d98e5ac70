#include "core/journal/state_dir.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kInstanceDigits = 12;

void make_private_directory(const fs::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    throw_errno("cannot make the directory '" + path.string() + "'");
}

/// Names come from configurations and servers; each must be a single component of a path.
const std::string& component(const std::string& name) {
  if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos)
    throw Error("'" + name + "' can't be the name of a file in the state directory");
  return name;
}

bool is_instance(const std::string& text) {
  return text.size() == kInstanceDigits && is_hex(text);
}

std::string stored_instance(const fs::path& path) {
  std::error_code none;
  if (!fs::exists(path, none)) return {};
  auto text = read_file(path, 100);
  if (text.ends_with('\n')) text.pop_back();
  return is_instance(text) ? text : std::string();
}

using LockClock = Cancellation::Clock;

constexpr std::chrono::seconds kLongestLook{60};
constexpr std::chrono::milliseconds kPoll{50};
/// Whoever only asks whether a run goes on holds the lock for a moment, and writes nothing.
constexpr std::chrono::milliseconds kMoment{500};
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

bool take(const UniqueFd& fd, const fs::path& path) {
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return true;
  if (errno != EWOULDBLOCK) throw_errno("cannot lock '" + path.string() + "'");
  return false;
}

}  // namespace

StateDir::StateDir(fs::path root) : root_(std::move(root)) {
  try {
    if (root_.empty()) throw Error("its path is empty");
    std::error_code failure;
    if (root_.has_parent_path()) fs::create_directories(root_.parent_path(), failure);
    if (failure)
      throw Error("cannot make '" + root_.parent_path().string() + "'")
          .because(failure.message())
          .advise(file_advice(failure.value()));
    make_private_directory(root_);
    for (const auto* name : {"logs", "mirrors", "spool", "undelivered"})
      make_private_directory(root_ / name);
    if (::access(root_.c_str(), R_OK | W_OK | X_OK) != 0)
      throw_errno("cannot write to '" + root_.string() + "'");
  } catch (Error& error) {
    error.while_doing("cannot use the state directory '" + root_.string() + "'");
    error.advise("set build.state_dir to a directory that the user who runs pkgkiln can write to");
    throw;
  }
}

fs::path StateDir::log(const std::string& target, const std::string& build) const {
  return root_ / "logs" / component(target) / (component(build) + ".log");
}

fs::path StateDir::image_log(const std::string& run) const {
  return root_ / "logs" / ".builder-image" / (component(run) + ".log");
}

fs::path StateDir::undelivered(const std::string& target) const {
  return undelivered() / component(target);
}

std::string StateDir::instance() const {
  // If two programs make the first call at once, one waits for the other's id.
  const UniqueFd lock(::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_EX) != 0)
    throw_errno("cannot lock the state directory '" + root_.string() + "'");
  const auto path = root_ / "instance";
  auto instance = stored_instance(path);
  if (instance.empty()) {
    instance = random_hex(kInstanceDigits);
    write_file_atomically(path, instance + "\n", 0600);
  }
  return instance;
}

std::vector<fs::path> entries_of(const fs::path& directory) {
  std::error_code ignored;
  std::vector<fs::path> result;
  for (const auto& entry : fs::directory_iterator(directory, ignored))
    result.push_back(entry.path());
  std::sort(result.begin(), result.end());
  return result;
}

RunLock::RunLock(const StateDir& state, For what, const Cancellation& cancel) {
  const auto path = state.root() / "lock";
  fd_ = UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd_) throw_errno("cannot open the lock '" + path.string() + "'");
  const auto begun = LockClock::now();
  while (!take(fd_, path)) {
    const auto waited = LockClock::now() - begun;
    const bool is_by_look = written(fd_.get()).find(kLooks) != std::string::npos;
    if (waited > kLongestLook || (waited > kMoment && (what == For::look || !is_by_look))) {
      throw LockedError("another run uses the state directory '" + state.root().string() + "'")
          .because(holder(fd_.get()) + " holds its lock")
          .advise("wait for it to end, or give this run a state_dir of its own");
    }
    cancel.check();
    std::this_thread::sleep_for(kPoll);
  }
  if (::ftruncate(fd_.get(), 0) != 0) throw_errno("cannot write '" + path.string() + "'");
  const std::string looks(what == For::look ? kLooks : "");
  write_all(fd_.get(), std::to_string(::getpid()) + looks + "\n", path);
}

ShellLock::ShellLock(const StateDir& state, const std::string& container) {
  constexpr std::size_t kDigits = 15;  // of 16 the offset may be negative
  const auto path = state.root() / "shells";
  fd_ = UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd_) throw_errno("cannot open the lock '" + path.string() + "'");
  struct flock byte {};
  byte.l_type = F_WRLCK;
  byte.l_whence = SEEK_SET;
  byte.l_start = std::stoll(sha256_of(container).substr(0, kDigits), nullptr, 16);
  byte.l_len = 1;
  if (::fcntl(fd_.get(), F_OFD_SETLK, &byte) == 0) return;
  if (errno != EAGAIN && errno != EACCES) throw_errno("cannot lock '" + path.string() + "'");
  throw Error("cannot open a shell in the container '" + container + "'")
      .because("another shell is in it")
      .advise("leave that one first, or add --step for a container of its own");
}

bool is_run_going_on(const StateDir& state) {
  const auto path = state.root() / "lock";
  const UniqueFd lock(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!lock || ::flock(lock.get(), LOCK_SH | LOCK_NB) == 0) return false;
  return written(lock.get()).find(kLooks) == std::string::npos;
}

}  // namespace pkgkiln
