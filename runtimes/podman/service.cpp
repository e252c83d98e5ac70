#include "runtimes/podman/service.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <signal.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "core/runtime/errors.hpp"
#include "runtimes/podman/connection.hpp"
#include "runtimes/shared/engine_client.hpp"

namespace pkgkiln::runtimes::podman {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kReadyWithin{15};
constexpr std::chrono::seconds kEndedWithin{5};
constexpr std::chrono::milliseconds kPoll{20};

std::vector<char*> environment_without_secrets() {
  std::vector<char*> kept;
  for (char** line = environ; *line != nullptr; ++line) {
    const std::string_view text(*line);
    if (!text.starts_with("PKGKILN_") && !text.starts_with("VIETER_")) kept.push_back(*line);
  }
  kept.push_back(nullptr);
  return kept;
}

struct ChildArguments {
  std::vector<char*> command, environment;
  int null_fd, output_fd;
  pid_t parent;
};

/// Runs in the child after fork: async-signal-safe calls only.
[[noreturn]] void become_service(const ChildArguments& child) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  if (::getppid() == child.parent && ::dup2(child.null_fd, 0) >= 0 &&
      ::dup2(child.output_fd, 1) >= 0 && ::dup2(child.output_fd, 2) >= 0)
    ::execve(child.command[0], child.command.data(), child.environment.data());
  ::_exit(127);
}

pid_t spawn(const std::string& program, const std::string& url, const std::string& output_file) {
  std::array<std::string, 5> words = {program, "system", "service", "--time=0", url};
  std::vector<char*> command;
  for (auto& word : words) command.push_back(word.data());
  command.push_back(nullptr);
  const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const UniqueFd output(
      ::open(output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!null || !output) throw_errno("cannot make '" + output_file + "'");
  const ChildArguments child{command, environment_without_secrets(), null.get(), output.get(),
                             ::getpid()};
  const pid_t pid = ::fork();
  if (pid < 0) throw_errno("cannot start '" + program + "'");
  if (pid == 0) become_service(child);
  return pid;
}

std::string last_words(const std::string& output_file) {
  try {
    const auto text = read_file(output_file);
    return one_line(text.size() > 500 ? text.substr(text.size() - 500) : text);
  } catch (const Error&) {
    return "";
  }
}

}  // namespace

Service::Service(const std::string& program) : socket_(directory_.path() / "podman.sock") {
  const std::string output = directory_.path() / "output";
  pid_ = spawn(program, "unix://" + socket_, output);
  const auto deadline = Clock::now() + kReadyWithin;
  while (!answers()) {
    const bool gone = ended();
    if (!gone && Clock::now() < deadline) {
      std::this_thread::sleep_for(kPoll);
      continue;
    }
    stop();
    throw RuntimeError(RuntimeError::Kind::unreachable,
                       "cannot use '" + program + " system service'")
        .because((gone ? "it ended at once: " : "it did not answer within 15 s: ") +
                 last_words(output))
        .advise("podman info");
  }
}

Service::~Service() {
  stop();
}

bool Service::answers() const {
  try {
    static_cast<void>(connect(socket_));
    return true;
  } catch (const RuntimeError&) {
    return false;
  }
}

bool Service::ended() {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = 0;
  return pid_ == 0;
}

void Service::stop() noexcept {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  const auto deadline = Clock::now() + kEndedWithin;
  while (!ended() && Clock::now() < deadline) std::this_thread::sleep_for(kPoll);
  if (pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
}

}  // namespace pkgkiln::runtimes::podman
