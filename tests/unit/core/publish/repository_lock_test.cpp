#include "core/publish/repository_lock.hpp"

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/programs.hpp"
#include "tests/unit/core/package/sample_package.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using pkgkiln::RepositoryLock;
using pkgkiln::SharedRepositoryLock;
using pkgkiln::TempDir;
using namespace std::chrono_literals;

namespace {

constexpr RepositoryLock::Times kShort{200ms, 200ms, 60s};
/// No process has it: beyond the largest that Linux gives.
const std::string kDeadPid = "4194305";

fs::path lock_file(const TempDir& directory) {
  return directory.path() / "r.db.tar.gz.lck";
}

void make_older(const fs::path& path, std::chrono::seconds age) {
  fs::last_write_time(path, fs::last_write_time(path) - age);
}

}  // namespace

TEST_CASE("a lock is there while it is held, and gone after") {
  const TempDir directory;
  {
    const RepositoryLock lock(directory.path(), "r", kShort);
    CHECK(pkgkiln::read_file(lock_file(directory)).starts_with(std::to_string(::getpid())));
    REQUIRE_THROWS_WITH(RepositoryLock(directory.path(), "r", kShort),
                        ContainsSubstring("another run is still publishing"));
  }
  CHECK_FALSE(fs::exists(lock_file(directory)));
  CHECK_NOTHROW(RepositoryLock(directory.path(), "r", kShort));
}

TEST_CASE("holds let each other in, and no lock") {
  const TempDir directory;
  CHECK_NOTHROW(SharedRepositoryLock(directory.path(), 0ms));  // nobody has published yet
  CHECK_NOTHROW(SharedRepositoryLock(directory.path() / "absent", 0ms));
  {
    const RepositoryLock lock(directory.path(), "r", kShort);
    CHECK_THROWS_AS(SharedRepositoryLock(directory.path(), 200ms), pkgkiln::Error);
  }
  {
    const SharedRepositoryLock first(directory.path(), 0ms);
    const SharedRepositoryLock second(directory.path(), 0ms);
    CHECK_THROWS_AS(RepositoryLock(directory.path(), "r", kShort), pkgkiln::Error);
  }
  CHECK_NOTHROW(RepositoryLock(directory.path(), "r", kShort));
}

TEST_CASE("repo-add refuses to work beside our lock, and names us") {
  const TempDir directory;
  const pkgkiln::test::SamplePackage sample;
  sample.write(directory.path());
  const RepositoryLock lock(directory.path(), "r", kShort);
  const auto added =
      pkgkiln::test::run_program({"repo-add", "r.db.tar.gz", sample.file_name()}, directory.path());
  CHECK(added.code != 0);
  CHECK_THAT(added.output, ContainsSubstring("Held by process " + std::to_string(::getpid())));
}

TEST_CASE("the lock file is that of the database's compression") {
  const TempDir directory;
  const pkgkiln::test::SamplePackage sample;
  sample.write(directory.path());
  const std::vector<std::string> repo_add{"repo-add", "r.db.tar.zst", sample.file_name()};
  REQUIRE(pkgkiln::test::run_program(repo_add, directory.path()).code == 0);
  const RepositoryLock lock(directory.path(), "r", kShort);
  CHECK(lock.files().ending() == ".tar.zst");
  CHECK(fs::exists(directory.path() / "r.db.tar.zst.lck"));
  const auto added = pkgkiln::test::run_program(repo_add, directory.path());
  CHECK(added.code != 0);
  CHECK_THAT(added.output, ContainsSubstring("Held by process " + std::to_string(::getpid())));
}

TEST_CASE("a repository that was begun anew while its lock was waited for is locked as it is now") {
  const TempDir directory;
  pkgkiln::write_file_atomically(lock_file(directory), std::to_string(::getppid()) + "\n");
  std::thread other([&] {
    std::this_thread::sleep_for(100ms);
    pkgkiln::write_file_atomically(directory.path() / "r.db.tar.xz", "");
    fs::create_symlink("r.db.tar.xz", directory.path() / "r.db");
    fs::remove(lock_file(directory));
  });
  const RepositoryLock lock(directory.path(), "r", {10s, 10s, 60s});
  other.join();
  CHECK(fs::exists(directory.path() / "r.db.tar.xz.lck"));
  CHECK_FALSE(fs::exists(lock_file(directory)));
}

TEST_CASE("threads queue for the lock", "[concurrent]") {
  const TempDir directory;
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      const RepositoryLock lock(directory.path(), "r", {10s, 10s, 60s});
      most = std::max(most.load(), ++inside);
      std::this_thread::sleep_for(20ms);
      --inside;
    });
  for (auto& thread : threads) thread.join();
  CHECK(most == 1);
}

TEST_CASE("the lock of a living process is waited for, then named", "[concurrent]") {
  const TempDir directory;
  pkgkiln::write_file_atomically(lock_file(directory), std::to_string(::getppid()) + "\n");
  make_older(lock_file(directory), 1h);
  REQUIRE_THROWS_WITH(RepositoryLock(directory.path(), "r", kShort),
                      ContainsSubstring("process " + std::to_string(::getppid())));
  CHECK(fs::exists(lock_file(directory)));

  std::thread releaser([&] {
    std::this_thread::sleep_for(100ms);
    fs::remove(lock_file(directory));
  });
  CHECK_NOTHROW(RepositoryLock(directory.path(), "r", {10s, 10s, 60s}));
  releaser.join();
}

TEST_CASE("a lock that was left behind is taken over") {
  const TempDir directory;
  SECTION("at once when it is ours: its flock is free") {
    pkgkiln::write_file_atomically(lock_file(directory), "1 pkgkiln\n");
    CHECK_NOTHROW(RepositoryLock(directory.path(), "r", kShort));
  }
  SECTION("another's, of a dead process, when it is old enough") {
    pkgkiln::write_file_atomically(lock_file(directory), kDeadPid + "\n");
    REQUIRE_THROWS_WITH(RepositoryLock(directory.path(), "r", kShort),
                        ContainsSubstring("process " + kDeadPid));
    make_older(lock_file(directory), 2min);
    CHECK_NOTHROW(RepositoryLock(directory.path(), "r", kShort));
  }
  SECTION("not when it doesn't say whose it is") {
    pkgkiln::write_file_atomically(lock_file(directory), "");
    make_older(lock_file(directory), 1h);
    REQUIRE_THROWS_WITH(RepositoryLock(directory.path(), "r", kShort),
                        ContainsSubstring("another program"));
  }
}

TEST_CASE("who waits for a lock is soon gone when asked to stop", "[concurrent]") {
  const TempDir directory;
  pkgkiln::Cancellation cancel;
  const auto waits_until_asked = [&](const std::function<void()>& wait) {
    std::thread later([&] {
      std::this_thread::sleep_for(300ms);
      cancel.request(SIGTERM);
    });
    const auto began = std::chrono::steady_clock::now();
    CHECK_THROWS_AS(wait(), pkgkiln::Cancelled);
    CHECK(std::chrono::steady_clock::now() - began < 10s);
    later.join();
  };
  SECTION("another run publishes there") {
    const RepositoryLock lock(directory.path(), "r", kShort);
    waits_until_asked([&] { RepositoryLock(directory.path(), "r", {}, cancel); });
  }
  SECTION("another run publishes there, and its packages are wanted") {
    const RepositoryLock lock(directory.path(), "r", kShort);
    waits_until_asked([&] { SharedRepositoryLock(directory.path(), 600s, cancel); });
  }
  SECTION("repo-add works there") {
    pkgkiln::write_file_atomically(lock_file(directory), std::to_string(::getpid()) + "\n");
    waits_until_asked([&] { RepositoryLock(directory.path(), "r", {}, cancel); });
  }
}
