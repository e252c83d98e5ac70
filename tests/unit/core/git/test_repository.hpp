#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/process.hpp"

namespace pkgkiln::test {

/// Sets a variable of the environment, and puts back what it was.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old, was_set_ = true;
    ::setenv(name, value.c_str(), 1);
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;
  ~ScopedVariable() {
    if (was_set_)
      ::setenv(name_, old_.c_str(), 1);
    else
      ::unsetenv(name_);
  }

 private:
  const char* name_;
  std::string old_;
  bool was_set_ = false;
};

/// Runs the real git program in a directory; throws Error with what it said when it fails.
inline std::string git(const std::filesystem::path& directory, std::vector<std::string> arguments,
                       const std::string& input = {}) {
  ProcessSpec spec;
  spec.command = {"git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always"};
  spec.command.insert(spec.command.end(), arguments.begin(), arguments.end());
  spec.env = {{"GIT_CONFIG_GLOBAL", "/dev/null"},
              {"GIT_CONFIG_NOSYSTEM", "1"},
              {"GIT_AUTHOR_NAME", "A"},
              {"GIT_AUTHOR_EMAIL", "a@example.com"},
              {"GIT_COMMITTER_NAME", "A"},
              {"GIT_COMMITTER_EMAIL", "a@example.com"},
              {"GIT_AUTHOR_DATE", "1700000000 +0000"},
              {"GIT_COMMITTER_DATE", "1700000000 +0000"}};
  spec.working_dir = directory.string();
  spec.input = input;
  std::string output;
  const auto result = run_process(
      spec, [&](std::string_view bytes) { output += bytes; }, Cancellation::never());
  if (result.code != 0) throw Error("git failed").because(result.error_output);
  if (output.ends_with('\n')) output.pop_back();
  return output;
}

inline void write(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

/// A repository with a work tree, branch "main".
class TestRepository {
 public:
  explicit TestRepository(std::filesystem::path path) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    git(path_, {"init", "--quiet"});
  }

  const std::filesystem::path& path() const { return path_; }
  std::string url() const { return "file://" + path_.string(); }
  std::string run(std::vector<std::string> arguments, const std::string& input = {}) const {
    return git(path_, std::move(arguments), input);
  }
  /// Writes the files and commits all there is; returns the commit.
  std::string commit(const std::map<std::string, std::string>& files) const {
    for (const auto& [name, content] : files) write(path_ / name, content);
    run({"add", "--all", "--force"});
    run({"commit", "--quiet", "--allow-empty", "--message", "change"});
    return run({"rev-parse", "HEAD"});
  }
  /// As a server does some weeks after a branch was rewritten or removed.
  void forget_what_no_ref_names() const {
    run({"reflog", "expire", "--expire=now", "--all"});
    run({"gc", "--quiet", "--prune=now"});
  }

 private:
  std::filesystem::path path_;
};

}  // namespace pkgkiln::test
