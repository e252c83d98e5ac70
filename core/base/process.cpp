#include "core/base/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <malloc.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): not every libc declares it

namespace pkgkiln {

namespace {

constexpr std::size_t kKeptErrorOutput = 65536;
constexpr std::size_t kLastErrors = 4096;
constexpr int kPollMilliseconds = 100;

struct Pipe {
  UniqueFd read, write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("cannot make a pipe");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// In the place of a pipe: a write to a program that has ended is an error, no signal.
Pipe make_sockets() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw_errno("cannot make a pair of sockets");
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

/// What posix_spawn(3) is to do before it becomes the program.
class SpawnPlan {
 public:
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none, ignored;
    sigemptyset(&none);
    sigemptyset(&ignored);
    sigaddset(&ignored, SIGPIPE);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &ignored);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
  }

  void connect(const UniqueFd& ours, int to) {
    check(::posix_spawn_file_actions_adddup2(&actions_, ours.get(), to));
  }
  void change_to(const std::string& directory) {
    if (!directory.empty())
      check(::posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str()));
  }

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  static void check(int code) {
    if (code != 0) throw std::system_error(code, std::generic_category(), "posix_spawn");
  }

  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

[[noreturn]] void throw_not_started(const ProcessSpec& spec, int code) {
  Error error("cannot start '" + spec.command.front() + "'");
  std::error_code unknown;
  const bool in_place =
      spec.working_dir.empty() || std::filesystem::is_directory(spec.working_dir, unknown);
  if (!in_place) error.because("its working directory '" + spec.working_dir + "'");
  error.because(std::generic_category().message(code));
  if (in_place && code == ENOENT) error.advise("install " + spec.command.front());
  throw error;
}

void limit(pid_t pid, __rlimit_resource resource, std::uint64_t most) {
  rlimit limits{};
  if (most == 0 || ::prlimit(pid, resource, nullptr, &limits) != 0) return;
  limits.rlim_cur = std::min<rlim_t>(limits.rlim_cur, most);
  limits.rlim_max = std::min<rlim_t>(limits.rlim_max, most);
  if (::prlimit(pid, resource, &limits, nullptr) != 0 && errno != ESRCH)
    throw_errno("cannot limit what a program may take");
}

/// What it starts inherits them. It has just begun by now: posix_spawn(3) can't set them before.
void limit(pid_t pid, const ProcessLimits& limits) {
  limit(pid, RLIMIT_DATA, limits.memory);
  limit(pid, RLIMIT_FSIZE, limits.file);
  limit(pid, RLIMIT_CPU, limits.cpu);
}

/// Starts it as the head of a process group. Not with fork(2), which takes the longer the more
/// memory this process has.
pid_t start(const ProcessSpec& spec, const UniqueFd& input, const UniqueFd& output,
            const UniqueFd& errors) {
  SpawnPlan plan;
  plan.connect(input, 0);
  plan.connect(output, 1);
  plan.connect(errors, 2);
  plan.change_to(spec.working_dir);
  auto command = spec.command;
  auto environment = environment_of(spec);
  pid_t pid = 0;
  const int code = ::posix_spawnp(&pid, command.front().c_str(), plan.actions(), plan.attributes(),
                                  pointers(command).data(), pointers(environment).data());
  if (code != 0) throw_not_started(spec, code);
  return pid;
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

  pid_t pid() const { return pid_; }
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

/// Keeps the end of a text.
Sink keep_tail(std::string& text) {
  return [&text](std::string_view bytes) {
    text += bytes;
    if (text.size() > kKeptErrorOutput) text.erase(0, text.size() - kKeptErrorOutput);
  };
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

ProcessResult run_process(const ProcessSpec& spec, const Sink& output, const Cancellation& cancel) {
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  Child child(start(spec, input_of(spec), out.write, err.write));
  out.write.reset();
  err.write.reset();
  limit(child.pid(), spec.limits);
  ProcessResult result;
  forward(out, err, child, output, keep_tail(result.error_output), cancel);
  result.code = child.wait();
  return result;
}

struct PipedProcess::State {
  explicit State(const ProcessSpec& spec)
      : errors(::memfd_create("errors", MFD_CLOEXEC)),
        child(start(spec, input.read, output.write, errors)) {
    input.read.reset();
    output.write.reset();
    limit(child.pid(), spec.limits);
  }

  Pipe input = make_sockets(), output = make_pipe();
  UniqueFd errors;
  Child child;
};

PipedProcess::PipedProcess(const ProcessSpec& spec) : state_(std::make_unique<State>(spec)) {}
PipedProcess::~PipedProcess() = default;

void PipedProcess::write(std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(state_->input.write.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EPIPE) return;
    if (sent < 0 && errno != EINTR) throw_errno("cannot write the input of a program");
    if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t PipedProcess::read(char* buffer, std::size_t size) {
  ssize_t got = 0;
  do got = ::read(state_->output.read.get(), buffer, size);
  while (got < 0 && errno == EINTR);
  if (got < 0) throw_errno("cannot read the output of a program");
  return static_cast<std::size_t>(got);
}

std::string PipedProcess::error_output() const {
  std::string text(kLastErrors, '\0');
  const auto end = ::lseek(state_->errors.get(), 0, SEEK_END);
  const auto from = std::max<off_t>(0, end - static_cast<off_t>(text.size()));
  const auto got = ::pread(state_->errors.get(), text.data(), text.size(), from);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

std::optional<std::string> find_program(const std::string& name) {
  const auto is_program = [](const std::string& path) {
    std::error_code none;
    return std::filesystem::is_regular_file(path, none) && ::access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string::npos)
    return is_program(name) ? std::optional(name) : std::nullopt;
  const char* path = std::getenv("PATH");
  for (std::string_view rest = path == nullptr ? "/usr/bin:/bin" : path; !rest.empty();)
    if (auto file = std::string(take_until(rest, ':')) + "/" + name; is_program(file)) return file;
  return std::nullopt;
}

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string line = *entry;
    const auto equals = line.find('=');
    if (equals != std::string::npos)
      result.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return result;
}

std::string home_directory(const std::map<std::string, std::string>& env) {
  if (const auto home = env.find("HOME"); home != env.end()) return home->second;
  const passwd* user = ::getpwuid(::getuid());
  return user == nullptr ? std::string() : std::string(user->pw_dir);
}

void return_free_memory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace pkgkiln
