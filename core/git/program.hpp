#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/process.hpp"
#include "core/base/stream.hpp"
#include "core/git/user_config.hpp"

namespace pkgkiln::git {

/// One call of the git program, cut off from every configuration but `config`: no system, user or
/// current repository, no hooks, no attributes of the system, no lazy fetching, no questions at
/// the terminal.
struct Command {
  std::vector<std::string> arguments;
  std::filesystem::path git_dir;  // empty: outside any repository
  /// A directory to run in. Without a git_dir, git looks for the repository around it, and asks
  /// whether its owner is trusted.
  std::filesystem::path found_from;
  Config config;
  std::map<std::string, std::string> env;
  std::string input;
  std::uint64_t largest_file = 0;  // that it may write, in bytes; 0: 2 GiB
  /// The remote isn't the user's choice: over http and git only, and without anything of the
  /// user's that could be a credential.
  bool untrusted = false;
};

struct Result {
  int code = 0;
  std::string error_output;  // as git wrote it: hostile
};

Result run(const Command& command, const Sink& output, const Cancellation& cancel);

/// The process that a command is, but for its input and for repositories that it trusts.
ProcessSpec process_of(const Command& command);

/// A sink that appends to `text`, which must outlive it, and throws when it gets longer than
/// `limit` bytes.
Sink bounded_text(std::string& text, std::size_t limit);

/// The last lines of git's error output, fit to be shown: no control characters, no user parts of
/// URLs, bounded.
std::string displayable_errors(const std::string& error_output);

}  // namespace pkgkiln::git
