#include <ctime>
#include <fcntl.h>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;

TEST_CASE("a stamp is the same for a file and what is opened of it") {
  const TempDir directory;
  const auto path = directory.path() / "x";
  write_file_atomically(path, "abc");
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(stamp_of(fd.get()) == stamp_of(path));
  CHECK(stamp_of(path)->size == 3);
}

TEST_CASE("another file, or another size, has another stamp") {
  const TempDir directory;
  const auto path = directory.path() / "x";
  write_file_atomically(path, "abc");
  const auto before = stamp_of(path);
  SECTION("replaced") {
    const UniqueFd kept(::open(path.c_str(), O_RDONLY | O_CLOEXEC));  // keeps its inode from use
    write_file_atomically(path, "abc");
    CHECK(stamp_of(path) != before);
  }
  SECTION("longer") {
    std::filesystem::resize_file(path, 4);
    CHECK(stamp_of(path) != before);
  }
}

TEST_CASE("a file that isn't there has no stamp, and what isn't open can't be looked at") {
  const TempDir directory;
  CHECK_FALSE(stamp_of(directory.path() / "x"));
  CHECK_FALSE(stamp_of(directory.path() / "x" / "y"));
  CHECK_THROWS_AS(stamp_of(-1), Error);
}

TEST_CASE("a stamp of just now proves nothing yet") {
  FileStamp stamp;
  stamp.seconds = std::time(nullptr) - 100;
  CHECK(stamp.is_settled());
  stamp.seconds = std::time(nullptr) + 100;
  CHECK_FALSE(stamp.is_settled());
}
