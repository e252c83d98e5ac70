#include "core/base/process.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.hpp"

namespace pkgkiln {

namespace {

constexpr std::size_t kKeptErrorOutput = 65536;
constexpr int kPollMilliseconds = 100;

struct Pipe {
  UniqueFd read, write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("cannot make a pipe");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::vector<std::string> environment_of(const ProcessSpec& spec) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : spec.env) lines.push_back(name + "=" + value);
  for (const auto& name : spec.inherit) {
    const char* value = std::getenv(name.c_str());
    if (value != nullptr && !spec.env.contains(name)) lines.push_back(name + "=" + value);
  }
  return lines;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// A file in memory, so nobody has to feed a pipe while the output is read.
UniqueFd input_of(const ProcessSpec& spec) {
  if (spec.input.empty()) return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  UniqueFd fd(::memfd_create("input", MFD_CLOEXEC));
  if (!fd) throw_errno("cannot keep the input of '" + spec.command.front() + "'");
  write_all(fd.get(), spec.input, "input");
  if (::lseek(fd.get(), 0, SEEK_SET) != 0) throw_errno("cannot rewind an input");
  return fd;
}

struct ChildArguments {
  std::vector<char*> command, environment;
  const char* working_dir;
  int input_fd, output_fd, error_fd, failure_fd;
};

/// Runs in the child after fork: async-signal-safe calls only.
[[noreturn]] void become_program(const ChildArguments& child) {
  ::setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  if (::dup2(child.input_fd, 0) >= 0 && ::dup2(child.output_fd, 1) >= 0 &&
      ::dup2(child.error_fd, 2) >= 0 &&
      (*child.working_dir == '\0' || ::chdir(child.working_dir) == 0))
    ::execvpe(child.command[0], child.command.data(), child.environment.data());
  const int code = errno;
  [[maybe_unused]] const auto written = ::write(child.failure_fd, &code, sizeof code);
  ::_exit(127);
}

/// The running program; killed with its process group unless it was waited for.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    wait();
  }
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_;
};

void forward(Pipe& output, Pipe& errors, const Sink& sink, std::string& error_output,
             const Cancellation& cancel) {
  std::array<char, 65536> buffer{};
  while (output.read || errors.read) {
    cancel.check();
    std::array<pollfd, 2> waited{pollfd{output.read.get(), POLLIN, 0},
                                 pollfd{errors.read.get(), POLLIN, 0}};
    if (::poll(waited.data(), waited.size(), kPollMilliseconds) <= 0) continue;
    for (std::size_t i = 0; i < waited.size(); ++i) {
      if (waited.at(i).revents == 0) continue;
      auto& fd = i == 0 ? output.read : errors.read;
      const auto size = ::read(fd.get(), buffer.data(), buffer.size());
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) {
        fd.reset();
      } else if (i == 0) {
        sink({buffer.data(), static_cast<std::size_t>(size)});
      } else {
        error_output.append(buffer.data(), static_cast<std::size_t>(size));
        if (error_output.size() > kKeptErrorOutput)
          error_output.erase(0, error_output.size() - kKeptErrorOutput);
      }
    }
  }
}

void throw_if_not_started(const Pipe& failure, const ProcessSpec& spec) {
  int code = 0;
  if (::read(failure.read.get(), &code, sizeof code) != sizeof code) return;
  errno = code;
  try {
    throw_errno("cannot start '" + spec.command.front() + "'");
  } catch (Error& error) {
    if (code == ENOENT) error.advise("install " + spec.command.front());
    throw;
  }
}

}  // namespace

ProcessResult run_process(const ProcessSpec& spec, const Sink& output, const Cancellation& cancel) {
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  Pipe failure = make_pipe();
  const UniqueFd input = input_of(spec);
  auto command = spec.command;
  auto environment = environment_of(spec);
  const ChildArguments arguments{
      pointers(command), pointers(environment), spec.working_dir.c_str(), input.get(),
      out.write.get(),   err.write.get(),       failure.write.get()};
  const pid_t pid = ::fork();
  if (pid < 0) throw_errno("cannot start '" + spec.command.front() + "'");
  if (pid == 0) become_program(arguments);
  ::setpgid(pid, pid);
  Child child(pid);
  out.write.reset();
  err.write.reset();
  failure.write.reset();
  throw_if_not_started(failure, spec);
  ProcessResult result;
  forward(out, err, output, result.error_output, cancel);
  result.code = child.wait();
  return result;
}

}  // namespace pkgkiln
