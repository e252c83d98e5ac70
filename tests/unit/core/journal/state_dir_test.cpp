#include "core/journal/state_dir.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("the state directory is made with its parents, for its owner only") {
  const TempDir dir;
  const StateDir state(dir.path() / "a/b/state");
  struct stat facts {};
  REQUIRE(::stat(state.root().c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777U) == 0700);
  CHECK(fs::is_directory(state.spool()));
  CHECK_NOTHROW(StateDir(state.root()));
}

TEST_CASE("a state directory that can't be made says why and what to do") {
  const TempDir dir;
  write_file_atomically(dir.path() / "file", "x");
  for (const auto& root : {dir.path() / "file", dir.path() / "file/state", fs::path()}) {
    try {
      StateDir state(root);
      FAIL("no error for " << root);
    } catch (const Error& error) {
      CHECK(error.what_failed() == "cannot use the state directory '" + root.string() + "'");
      CHECK_THAT(error.advice(), ContainsSubstring("state_dir"));
    }
  }
}

TEST_CASE("names that lead out of the state directory are refused") {
  const TempDir dir;
  const StateDir state(dir.path());
  CHECK(state.log("foo", "1") == dir.path() / "logs/foo/1.log");
  for (const std::string name : {"", "..", ".", "a/b", "/etc", ".hidden"}) {
    CHECK_THROWS_AS(state.undelivered(name), Error);
    CHECK_THROWS_AS(state.log(name, "1"), Error);
    CHECK_THROWS_AS(state.log("foo", name), Error);
  }
}

TEST_CASE("an instance keeps its id, also when many ask for it first", "[concurrent]") {
  const TempDir dir;
  const StateDir state(dir.path());
  std::array<std::string, 8> ids;
  std::vector<std::thread> threads;
  for (auto& id : ids) threads.emplace_back([&id, &state] { id = state.instance(); });
  for (auto& thread : threads) thread.join();
  for (const auto& id : ids) CHECK(id == ids[0]);
  CHECK(ids[0].size() == 12);
  CHECK(ids[0].find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(StateDir(dir.path()).instance() == ids[0]);
}

TEST_CASE("an instance file that is damaged is replaced") {
  const TempDir dir;
  const StateDir state(dir.path());
  write_file_atomically(dir.path() / "instance", "../../etc\n");
  const auto id = state.instance();
  CHECK(id.size() == 12);
  CHECK(state.instance() == id);
}

TEST_CASE("two state directories have different ids") {
  const TempDir a;
  const TempDir b;
  CHECK(StateDir(a.path()).instance() != StateDir(b.path()).instance());
}

namespace {

/// A child process that holds the lock until told to end.
class Holder {
 public:
  explicit Holder(const StateDir& state, RunLock::For what = RunLock::For::run) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const RunLock lock(state, what);
      static_cast<void>(::write(ends[1], "x", 1));
      ::pause();
      ::_exit(0);
    }
    ::close(ends[1]);
    char byte = 0;
    REQUIRE(::read(ends[0], &byte, 1) == 1);
    ::close(ends[0]);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { end(); }
  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
};

}  // namespace

TEST_CASE("one run at a time: the lock's holder is named, and its death frees the lock") {
  const TempDir dir;
  const StateDir state(dir.path());
  Holder holder(state);
  const auto pid = std::to_string(holder.pid());
  CHECK_THROWS_AS(RunLock(state), LockedError);
  CHECK_THROWS_WITH(RunLock(state), ContainsSubstring("process " + pid + " holds its lock"));
  holder.end();
  CHECK_NOTHROW(RunLock(state));
}

TEST_CASE("a run waits for one that only looks, until that ends or the run is to stop") {
  const TempDir dir;
  const StateDir state(dir.path());
  using For = RunLock::For;
  Holder holder(state, For::look);
  CHECK_THROWS_AS(RunLock(state, For::look), LockedError);
  const auto soon = Cancellation::never().with_deadline(Cancellation::Clock::now() +
                                                        std::chrono::milliseconds(150));
  CHECK_THROWS_AS(RunLock(state, For::run, soon), Cancelled);
  std::thread ends([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    holder.end();
  });
  CHECK_FALSE(is_run_going_on(state));
  CHECK_NOTHROW(RunLock(state));
  ends.join();
  CHECK_FALSE(is_run_going_on(state));
  const Holder runs(state);
  CHECK(is_run_going_on(state));
  CHECK_THROWS_AS(RunLock(state), LockedError);
}

TEST_CASE("a lock is free again after its owner, and another directory's is not affected") {
  const TempDir a;
  const TempDir b;
  const StateDir first(a.path());
  const StateDir second(b.path());
  {
    const RunLock lock(first);
    CHECK_THROWS_AS(RunLock(first), LockedError);
    CHECK_NOTHROW(RunLock(second));
  }
  CHECK_NOTHROW(RunLock(first));
}

TEST_CASE("what stands in the lock file can't mislead") {
  const TempDir dir;
  const StateDir state(dir.path());
  const RunLock lock(state);
  write_all(UniqueFd(::open((dir.path() / "lock").c_str(), O_WRONLY | O_TRUNC)).get(),
            "\x1b[2J evil", "lock");
  CHECK_THROWS_WITH(RunLock(state), ContainsSubstring("a process that has just begun"));
}

TEST_CASE("one shell at a time is in a kept container") {
  const TempDir dir;
  const StateDir state(dir.path() / "state");
  {
    const ShellLock first(state, "pkgkiln-a");
    CHECK_THROWS_WITH(ShellLock(state, "pkgkiln-a"), ContainsSubstring("another shell is in it"));
    CHECK_NOTHROW(ShellLock(state, "pkgkiln-b"));
  }
  CHECK_NOTHROW(ShellLock(state, "pkgkiln-a"));
}
