#include "core/publish/repository_lock.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <fcntl.h>
#include <optional>
#include <signal.h>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include "core/base/error.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kUsual = ".tar.gz";

/// Those that repo-add knows, the usual one first.
constexpr std::array<std::string_view, 10> kEndings{kUsual,     ".tar.zst", ".tar.xz", ".tar.bz2",
                                                    ".tar",     ".tar.lz4", ".tar.lz", ".tar.Z",
                                                    ".tar.lrz", ".tar.lzo"};

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
          .because("another run is still publishing there")
          .advise("wait for it, or check what it waits for");
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

/// Nothing if the lock file is gone.
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

DatabaseFiles::DatabaseFiles(fs::path directory, std::string repository)
    : directory_(std::move(directory)),
      repository_(std::move(repository)),
      ending_(found_ending()) {}

fs::path DatabaseFiles::link(const std::string& form) const {
  return directory_ / (repository_ + "." + form);
}

fs::path DatabaseFiles::archive(const std::string& form) const {
  return directory_ / (repository_ + "." + form + ending_);
}

/// The link tells the ending. While repo-add works it is missing for a moment, and on file systems
/// without symbolic links it is a hard link or a copy; then the newest database tells.
std::string DatabaseFiles::found_ending() const {
  std::error_code none;
  const auto base = repository_ + ".db";
  const auto leads_to = fs::read_symlink(link("db"), none).filename().string();
  std::string found;
  std::optional<fs::file_time_type> newest;
  for (const auto ending : kEndings) {
    const auto name = base + std::string(ending);
    if (leads_to == name) return std::string(ending);
    const auto path = directory_ / name;
    if (!fs::is_regular_file(path, none)) continue;
    const auto time = fs::last_write_time(path, none);
    if (newest && time <= *newest) continue;
    newest = time;
    found = ending;
  }
  return found.empty() ? std::string(kUsual) : found;
}

std::vector<std::string> DatabaseFiles::stale() const {
  std::error_code none;
  std::vector<std::string> names;
  for (const auto ending : kEndings) {
    const auto name = repository_ + ".db" + std::string(ending);
    if (ending != ending_ && fs::is_regular_file(fs::symlink_status(directory_ / name, none)))
      names.push_back(name);
  }
  return names;
}

RepositoryLock::RepositoryLock(const fs::path& directory, const std::string& repository,
                               const Times& times, const Cancellation& cancel)
    : queue_(queue_up(directory / kQueue, times.own_wait, cancel)), files_(directory, repository) {
  for (;;) {
    lock_file_ = files_.archive("db");
    lock_file_ += ".lck";
    take_lock_file(lock_file_, times, cancel);
    // The previous owner may have recreated the repository in another compression.
    DatabaseFiles now(directory, repository);
    if (now == files_) return;
    ::unlink(lock_file_.c_str());
    files_ = std::move(now);
  }
}

RepositoryLock::~RepositoryLock() {
  ::unlink(lock_file_.c_str());
}

SharedRepositoryLock::SharedRepositoryLock(const fs::path& directory, milliseconds wait,
                                           const Cancellation& cancel)
    : queue_(::open((directory / kQueue).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {
  if (queue_) queue_up(queue_, LOCK_SH, directory / kQueue, wait, cancel);
}

}  // namespace pkgkiln
