#include "core/publish/repository_lock.hpp"

#include <cerrno>
#include <charconv>
#include <ctime>
#include <fcntl.h>
#include <optional>
#include <signal.h>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "core/base/error.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kPoll{50};
constexpr std::string_view kOurMark = " pkgkiln";

constexpr const char* kQueue = ".pkgkiln.lock";

/// `how` is flock's.
void queue_up(const UniqueFd& fd, int how, const fs::path& path, milliseconds wait,
              const Cancellation& cancel) {
  const auto deadline = Clock::now() + wait;
  while (::flock(fd.get(), how | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) throw_errno("cannot lock '" + path.string() + "'");
    if (Clock::now() >= deadline)
      throw Error("cannot lock '" + path.string() + "'")
          .because("another run has been publishing there all the time")
          .advise("wait for it, or look what it hangs on");
    cancel.check();
    std::this_thread::sleep_for(kPoll);
  }
}

UniqueFd queue_up(const fs::path& path, milliseconds wait, const Cancellation& cancel) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) throw_errno("cannot open the lock '" + path.string() + "'");
  queue_up(fd, LOCK_EX, path, wait, cancel);
  return fd;
}

/// Whether the lock file is ours now; no when another holds it.
bool create(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!fd && errno == EEXIST) return false;
  if (!fd) throw_errno("cannot make the lock '" + path.string() + "'");
  write_all(fd.get(), std::to_string(::getpid()) + std::string(kOurMark) + "\n", path);
  return true;
}

struct Holder {
  pid_t pid = 0;  // 0 when the file doesn't tell
  bool ours = false;
  milliseconds age{0};
};

/// Nothing when the lock file has gone meanwhile.
std::optional<Holder> holder_of(const fs::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd && errno == ENOENT) return std::nullopt;
  struct stat status {};
  char text[64] = {};
  ssize_t size = -1;
  if (fd && ::fstat(fd.get(), &status) == 0) size = ::read(fd.get(), text, sizeof text);
  if (size < 0) throw_errno("cannot read the lock '" + path.string() + "'");
  Holder holder;
  const std::string_view content(text, static_cast<std::size_t>(size));
  std::from_chars(content.data(), content.data() + content.size(), holder.pid);
  holder.ours = content.find(kOurMark) != std::string_view::npos;
  holder.age = std::chrono::seconds(std::time(nullptr) - status.st_mtime);
  return holder;
}

bool is_stale(const Holder& holder, milliseconds stale_after) {
  if (holder.ours) return true;
  const bool gone = holder.pid > 0 && ::kill(holder.pid, 0) != 0 && errno == ESRCH;
  return gone && holder.age >= stale_after;
}

Error held(const fs::path& path, const Holder& holder) {
  const auto who = holder.pid > 0 ? "process " + std::to_string(holder.pid) : "another program";
  return Error("cannot lock the repository: '" + path.string() + "' is there")
      .because("it is held by " + who + ", repo-add perhaps")
      .advise("if no repo-add is running, remove that file");
}

void take_lock_file(const fs::path& path, const RepositoryLock::Times& times,
                    const Cancellation& cancel) {
  const auto deadline = Clock::now() + times.foreign_wait;
  while (!create(path)) {
    const auto holder = holder_of(path);
    if (!holder) continue;
    if (is_stale(*holder, times.stale_after)) {
      ::unlink(path.c_str());
      continue;
    }
    if (Clock::now() >= deadline) throw held(path, *holder);
    cancel.check();
    std::this_thread::sleep_for(kPoll);
  }
}

}  // namespace

RepositoryLock::RepositoryLock(const fs::path& directory, const std::string& repository,
                               const Times& times, const Cancellation& cancel)
    : queue_(queue_up(directory / kQueue, times.own_wait, cancel)), files_(directory, repository) {
  for (;;) {
    lock_file_ = files_.archive("db");
    lock_file_ += ".lck";
    take_lock_file(lock_file_, times, cancel);
    // Whoever held it may have begun the repository anew, in another compression.
    DatabaseFiles now(directory, repository);
    if (now == files_) return;
    ::unlink(lock_file_.c_str());
    files_ = std::move(now);
  }
}

RepositoryLock::~RepositoryLock() {
  ::unlink(lock_file_.c_str());
}

RepositoryHold::RepositoryHold(const fs::path& directory, milliseconds wait,
                               const Cancellation& cancel)
    : queue_(::open((directory / kQueue).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {
  if (queue_) queue_up(queue_, LOCK_SH, directory / kQueue, wait, cancel);
}

}  // namespace pkgkiln
