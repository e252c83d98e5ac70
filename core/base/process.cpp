#include "core/base/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
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

/// What the child tells when it could not become the program.
struct StartFailure {
  bool in_working_dir = false;
  int code = 0;
};

/// Runs in the child after fork: async-signal-safe calls only.
[[noreturn]] void become_program(const ChildArguments& child) {
  ::setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  StartFailure failure;
  failure.in_working_dir = *child.working_dir != '\0' && ::chdir(child.working_dir) != 0;
  if (!failure.in_working_dir && ::dup2(child.input_fd, 0) >= 0 &&
      ::dup2(child.output_fd, 1) >= 0 && ::dup2(child.error_fd, 2) >= 0)
    ::execvpe(child.command[0], child.command.data(), child.environment.data());
  failure.code = errno;
  [[maybe_unused]] const auto written = ::write(child.failure_fd, &failure, sizeof failure);
  ::_exit(127);
}

/// The running program; killed with its process group unless it was waited for.
class Child {
 public:
  explicit Child(pid_t pid)
      : pid_(pid), ended_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {
    if (!ended_) {
      const int code = errno;
      end();
      errno = code;
      throw_errno("cannot watch a child process");
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { end(); }

  /// Readable once the program has ended.
  int ended_fd() const { return ended_.get(); }

  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  void end() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    wait();
  }

  pid_t pid_;
  UniqueFd ended_;
};

/// Hands on at most `limit` bytes; returns how many, 0 at the end of the pipe.
std::size_t forward_some(const UniqueFd& fd, std::size_t limit, const Sink& sink) {
  std::array<char, 65536> buffer;
  ssize_t size = 0;
  do {
    size = ::read(fd.get(), buffer.data(), std::min(limit, buffer.size()));
  } while (size < 0 && errno == EINTR);
  if (size <= 0) return 0;
  sink({buffer.data(), static_cast<std::size_t>(size)});
  return static_cast<std::size_t>(size);
}

/// Hands on what was written before now. Not up to the end: a process left behind may hold the
/// pipe open for ever.
void drain(const UniqueFd& fd, const Sink& sink) {
  int waiting = 0;
  if (!fd || ::ioctl(fd.get(), FIONREAD, &waiting) != 0) return;
  for (auto left = static_cast<std::size_t>(waiting); left > 0;) {
    const auto size = forward_some(fd, left, sink);
    if (size == 0) return;
    left -= size;
  }
}

/// Returns when the program has ended and its output is handed on.
void forward(Pipe& output, Pipe& errors, const Child& child, const Sink& on_output,
             const Sink& on_error, const Cancellation& cancel) {
  for (;;) {
    cancel.check();
    std::array<pollfd, 3> waited{pollfd{output.read.get(), POLLIN, 0},
                                 pollfd{errors.read.get(), POLLIN, 0},
                                 pollfd{child.ended_fd(), POLLIN, 0}};
    if (::poll(waited.data(), waited.size(), kPollMilliseconds) <= 0) continue;
    if (waited[2].revents != 0) break;
    if (waited[0].revents != 0 && forward_some(output.read, SIZE_MAX, on_output) == 0)
      output.read.reset();
    if (waited[1].revents != 0 && forward_some(errors.read, SIZE_MAX, on_error) == 0)
      errors.read.reset();
  }
  drain(output.read, on_output);
  drain(errors.read, on_error);
}

void throw_if_not_started(const Pipe& failure, const ProcessSpec& spec) {
  StartFailure told;
  ssize_t size = 0;
  do {
    size = ::read(failure.read.get(), &told, sizeof told);
  } while (size < 0 && errno == EINTR);
  if (size != sizeof told) return;
  Error error("cannot start '" + spec.command.front() + "'");
  if (told.in_working_dir) error.because("its working directory '" + spec.working_dir + "'");
  error.because(std::generic_category().message(told.code));
  if (!told.in_working_dir && told.code == ENOENT) error.advise("install " + spec.command.front());
  throw error;
}

/// Keeps the end of a text.
Sink keep_tail(std::string& text) {
  return [&text](std::string_view bytes) {
    text += bytes;
    if (text.size() > kKeptErrorOutput) text.erase(0, text.size() - kKeptErrorOutput);
  };
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
  forward(out, err, child, output, keep_tail(result.error_output), cancel);
  result.code = child.wait();
  return result;
}

}  // namespace pkgkiln
