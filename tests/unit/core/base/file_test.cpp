#include "core/base/file.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

std::size_t entries(const fs::path& path) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(path), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a file descriptor is closed once, by its last owner") {
  const int raw = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  UniqueFd first(raw);
  UniqueFd second(std::move(first));
  CHECK_FALSE(first);
  CHECK(second.get() == raw);
  first = std::move(second);
  CHECK(is_open(raw));
  first = UniqueFd();
  CHECK_FALSE(is_open(raw));
}

TEST_CASE("a temporary directory is private and goes with its content") {
  fs::path path;
  {
    const TempDir dir;
    path = dir.path();
    fs::create_directories(path / "a/b");
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0700);
    const TempDir inner(path / "a", "x");
    CHECK_THAT(inner.path().filename().string(), Catch::Matchers::StartsWith("x-"));
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a temporary directory in a place that isn't there is an error with its name") {
  CHECK_THROWS_WITH(TempDir("/nonexistent/place"), ContainsSubstring("/nonexistent/place"));
}

TEST_CASE("a TMPDIR that isn't there is an error of ours") {
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("TMPDIR", "/nonexistent", 1);
  CHECK_THROWS_AS(TempDir(), Error);
  before == nullptr ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", kept.c_str(), 1);
}

TEST_CASE("a file is read whole, up to the limit") {
  const TempDir dir;
  const auto path = dir.path() / "f";
  write_file_atomically(path, "12345");
  CHECK(read_file(path, 5) == "12345");
  CHECK_THROWS_WITH(read_file(path, 4), ContainsSubstring("longer than 4 bytes"));
  CHECK_THROWS_WITH(read_file(dir.path() / "none"), ContainsSubstring("No such file"));
  CHECK_THROWS_WITH(read_file(dir.path()), ContainsSubstring("directory"));
}

TEST_CASE("writing atomically replaces the content, sets the mode and leaves nothing beside") {
  const TempDir dir;
  const auto path = dir.path() / "f";
  write_file_atomically(path, "old");
  write_file_atomically(path, std::string("new\0", 4), 0600);
  CHECK(read_file(path) == std::string("new\0", 4));
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
  CHECK(entries(dir.path()) == 1);
}

TEST_CASE("writing atomically that fails leaves nothing beside") {
  const TempDir dir;
  fs::create_directories(dir.path() / "taken/inside");
  CHECK_THROWS_WITH(write_file_atomically(dir.path() / "taken", "x"), ContainsSubstring("taken"));
  CHECK(entries(dir.path()) == 1);
  CHECK_THROWS_AS(write_file_atomically(dir.path() / "none/f", "x"), Error);
}

TEST_CASE("a link in the place of an atomically written file is replaced, not followed") {
  const TempDir dir;
  write_file_atomically(dir.path() / "real", "kept");
  fs::create_symlink("real", dir.path() / "link");
  write_file_atomically(dir.path() / "link", "new");
  CHECK(read_file(dir.path() / "real") == "kept");
  CHECK(fs::is_regular_file(fs::symlink_status(dir.path() / "link")));
}

TEST_CASE("a file's source gives its bytes in the pieces asked for") {
  const TempDir dir;
  write_file_atomically(dir.path() / "f", "abcde");
  const auto source = file_source(dir.path() / "f");
  fs::remove(dir.path() / "f");
  char buffer[3];
  CHECK(source(buffer, 3) == 3);
  CHECK(std::string_view(buffer, 3) == "abc");
  CHECK(source(buffer, 3) == 2);
  CHECK(source(buffer, 3) == 0);
  CHECK_THROWS_AS(file_source(dir.path() / "none"), Error);
}

TEST_CASE("an error from errno names what failed and why") {
  errno = ENOSPC;
  CHECK_THROWS_WITH(throw_errno("cannot write 'x'"), "cannot write 'x': No space left on device");
}

TEST_CASE("what to do about a file is told where a person can do it") {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  try {
    write_all(full.get(), "x", "x");
    FAIL("it was written");
  } catch (const Error& error) {
    CHECK(error.advice() == "make room on the disk that it is on");
  }
  for (const int code : {EACCES, EPERM, EROFS})
    CHECK_THAT(file_advice(code), ContainsSubstring("let this user use it"));
  CHECK(file_advice(ENOENT).empty());
}
