#include "core/sign/gnupg_home.hpp"

#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/process.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kHomePrefix = "pkgkiln-gnupg";
/// A new directory isn't locked yet for a moment.
constexpr std::time_t kSurelyLocked = 60;

UniqueFd open_home(const fs::path& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/// The agent would live on, and where there is a /run/user, so would the directory of its socket.
void end_programs(const fs::path& home) {
  for (const auto* what : {"--kill", "--remove-socketdir"}) {
    ProcessSpec spec;
    spec.command = {"gpgconf", "--homedir", home.string(), what};
    if (what == std::string_view("--kill")) spec.command.emplace_back("all");
    try {
      run_process(
          spec, [](std::string_view) {}, Cancellation::never());
    } catch (const Error&) {
      return;  // no gpgconf, no agent
    }
  }
}

bool is_abandoned(const UniqueFd& home) {
  struct stat status {};
  return home && ::fstat(home.get(), &status) == 0 && status.st_uid == ::geteuid() &&
         std::time(nullptr) - status.st_mtime > kSurelyLocked &&
         ::flock(home.get(), LOCK_EX | LOCK_NB) == 0;
}

/// The place of homes. A short name, since the names of sockets must be short.
fs::path cleared_place() {
  std::error_code ignored;
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  fs::path place = runtime == nullptr ? "" : runtime;
  if (!place.is_absolute() || ::access(place.c_str(), W_OK) != 0)
    place = fs::temp_directory_path(ignored);
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(place, ignored))
    if (entry.path().filename().string().starts_with(kHomePrefix)) found.push_back(entry.path());
  for (const auto& path : found) {
    const auto home = open_home(path);
    if (!is_abandoned(home)) continue;
    end_programs(path);
    fs::remove_all(path, ignored);
  }
  return place;
}

}  // namespace

GnupgHome::GnupgHome() : directory_(cleared_place(), kHomePrefix), lock_(open_home(path())) {
  if (!lock_ || ::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0)
    throw_errno("cannot lock '" + path().string() + "'");
}

GnupgHome::~GnupgHome() {
  end_programs(path());
}

}  // namespace pkgkiln
