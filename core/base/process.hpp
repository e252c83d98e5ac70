#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/stream.hpp"

namespace pkgkiln {

/// Of this machine; empty if it has none.
std::string host_name();

/// What a program and each that it starts may take; 0: as much as it likes.
struct ProcessLimits {
  std::uint64_t memory = 0;  // bytes of its own
  std::uint64_t file = 0;    // bytes of a file that it writes
  std::uint64_t cpu = 0;     // seconds
};

struct ProcessSpec {
  /// Program (looked up in PATH) and arguments; no shell in between.
  std::vector<std::string> command;
  /// The whole environment when not empty is this plus what `inherit` names.
  std::map<std::string, std::string> env;
  std::vector<std::string> inherit = {"PATH", "HOME", "USER", "LOGNAME", "TMPDIR"};
  std::string working_dir;
  /// What it reads from its standard input.
  std::string input;
  ProcessLimits limits = {};
};

struct ProcessResult {
  /// Exit code, or 128 + the signal that ended it.
  int code = 0;
  /// The last 64 KiB of its standard error.
  std::string error_output;
};

/// Runs the program to its end, in a process group of its own, which is killed when `cancel` asks
/// (then Cancelled) or `output` throws. A process that it leaves behind lives on and doesn't hold
/// up the return. Throws Error when the program can't be started (with what to install).
ProcessResult run_process(const ProcessSpec& spec, const Sink& output, const Cancellation& cancel);

/// A program that answers: what is written goes to its standard input, and its standard output is
/// read. It is killed, with its process group, at the end of this. One thread at a time.
class PipedProcess {
 public:
  /// The spec's input is not used. Throws Error when the program can't be started.
  explicit PipedProcess(const ProcessSpec& spec);
  ~PipedProcess();

  /// At most some 32 KiB before an answer is read: more could wait for each other for ever. Nothing
  /// where it has ended, which read() tells.
  void write(std::string_view text);
  /// At most `size` of the next bytes; 0 when it has ended.
  std::size_t read(char* buffer, std::size_t size);
  /// The last 4 KiB of its standard error.
  std::string error_output() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Where run_process() finds that program: a name with a slash is its path, others are looked for
/// in PATH. Nothing if there is none that may be run.
std::optional<std::string> find_program(const std::string& name);

/// That of this program.
std::map<std::string, std::string> environment();
/// $HOME, or what the user database says: a system service or a cron job may have none. Empty when
/// neither tells.
std::string home_directory(const std::map<std::string, std::string>& env);

/// Gives the system the memory that this program freed. The C library would keep it for later, and
/// where it doesn't fit what comes next, take more.
void return_free_memory();

}  // namespace pkgkiln
