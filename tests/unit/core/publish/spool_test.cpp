#include "core/publish/spool.hpp"

#include <algorithm>
#include <fstream>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/journal/records.hpp"

using namespace pkgkiln;
using test::full_record;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

struct SpoolSetup {
  TempDir dir;
  Spool spool{dir.path() / "spool"};
  std::vector<std::string> notices;

  Spool::Batch filled(const std::string& target, const std::string& build) const {
    Spool::Batch batch{spool.open(target, build), full_record(target, build)};
    for (const auto& file : batch.build.files)
      std::ofstream(batch.directory / file.file_name) << "content";
    return batch;
  }
  Spool::Batch sealed(const std::string& target, const std::string& build) const {
    auto batch = filled(target, build);
    spool.seal(batch);
    return batch;
  }
  std::vector<Spool::Batch> pending() {
    notices.clear();
    return spool.pending(notices);
  }
  bool is_empty() const { return !fs::exists(dir.path() / "spool/t"); }
};

}  // namespace

TEST_CASE("a sealed batch survives, with its record") {
  SpoolSetup setup;
  const auto batch = setup.sealed("t", "b1");
  const auto pending = Spool(setup.dir.path() / "spool").pending(setup.notices);
  REQUIRE(pending.size() == 1);
  CHECK(pending[0].build == batch.build);
  CHECK(pending[0].directory == batch.directory);
  CHECK(setup.notices.empty());
}

TEST_CASE("batches come oldest first") {
  SpoolSetup setup;
  for (const auto& [target, hours] : {std::pair{"b", 2}, std::pair{"a", 3}, std::pair{"c", 1}}) {
    auto batch = setup.filled(target, "x");
    batch.build.finished += std::chrono::hours(hours);
    setup.spool.seal(batch);
  }
  const auto pending = setup.pending();
  REQUIRE(pending.size() == 3);
  CHECK(pending[0].build.target == "c");
  CHECK(pending[1].build.target == "b");
  CHECK(pending[2].build.target == "a");
}

TEST_CASE("what isn't wanted is told with its size, and dropped when it is to be") {
  SpoolSetup setup;
  setup.sealed("t", "b1");
  const auto other = setup.sealed("t", "b2");
  setup.filled("u", "b3");
  CHECK(setup.spool.others_of("t", "b1").size() == 1);
  const auto removable =
      setup.spool.removable([](const BuildRecord& build) { return build.build != "b2"; });
  REQUIRE(removable.size() == 2);
  CHECK(setup.spool.others_of("t", "b1").size() == 1);
  for (const auto& one : removable) one.remove();
  // Their order is the directory's. Both have two files of 7 bytes, one has its record as well.
  CHECK(std::min(removable[0].bytes, removable[1].bytes) == 14);
  CHECK(std::max(removable[0].bytes, removable[1].bytes) > 14);
  CHECK_FALSE(fs::exists(other.directory));
  CHECK_FALSE(fs::exists(setup.dir.path() / "spool/u"));
  CHECK(setup.pending().size() == 1);
}

TEST_CASE("without a spool directory nothing is pending") {
  SpoolSetup setup;
  CHECK(setup.pending().empty());
  CHECK(setup.notices.empty());
}

TEST_CASE("a dropped batch is gone, others of its target stay") {
  SpoolSetup setup;
  const auto first = setup.sealed("t", "b1");
  const auto second = setup.sealed("t", "b2");
  setup.spool.drop(first.directory);
  REQUIRE(setup.pending().size() == 1);
  CHECK_NOTHROW(setup.spool.drop(first.directory));
  setup.spool.drop(second.directory);
  CHECK(setup.is_empty());
}

TEST_CASE("opening a batch again empties it") {
  SpoolSetup setup;
  const auto batch = setup.sealed("t", "b1");
  CHECK(fs::is_empty(setup.spool.open("t", "b1")));
  CHECK(setup.pending().empty());
  CHECK(setup.is_empty());
}

TEST_CASE("what a crash or a broken disk left is removed and told of") {
  SpoolSetup setup;
  std::string why;
  SECTION("the build was cut off") {
    setup.filled("t", "b1");
    why = "its build was interrupted";
  }
  SECTION("the manifest was being written") {
    const auto batch = setup.filled("t", "b1");
    std::ofstream(batch.directory / "manifest.json.abc123") << "{";
    why = "its build was interrupted";
  }
  SECTION("the manifest is broken") {
    const auto batch = setup.sealed("t", "b1");
    fs::resize_file(batch.directory / "manifest.json", 20);
    why = "record of a build is damaged";
  }
  SECTION("a package is gone") {
    const auto batch = setup.sealed("t", "b1");
    fs::remove(batch.directory / batch.build.files[1].file_name);
    why = "is missing";
  }
  SECTION("a package is a link") {
    const auto batch = setup.sealed("t", "b1");
    const auto file = batch.directory / batch.build.files[0].file_name;
    fs::remove(file);
    fs::create_symlink("/etc/passwd", file);
    why = "is missing";
  }
  SECTION("the manifest names a file elsewhere") {
    auto batch = setup.filled("t", "b1");
    batch.build.files = {{"../../../foo-1-1-any.pkg.tar.zst", "x"}};
    setup.spool.seal(batch);
    why = "can't be a package";
  }
  SECTION("the manifest names nothing") {
    auto batch = setup.filled("t", "b1");
    batch.build.files.clear();
    setup.spool.seal(batch);
    why = "names no file";
  }
  CHECK(setup.pending().empty());
  REQUIRE(setup.notices.size() == 1);
  CHECK_THAT(setup.notices[0], ContainsSubstring(why) && ContainsSubstring("t/b1"));
  CHECK(setup.is_empty());
}

TEST_CASE("one bad batch doesn't hide a good one") {
  SpoolSetup setup;
  setup.filled("t", "b1");
  setup.sealed("t", "b2");
  CHECK(setup.pending().size() == 1);
  CHECK(setup.notices.size() == 1);
}

TEST_CASE("links and files in the spool are left alone") {
  SpoolSetup setup;
  setup.sealed("t", "b1");
  const auto outside = setup.dir.path() / "outside";
  fs::create_directories(outside / "x");
  fs::create_directory_symlink(outside, setup.dir.path() / "spool/link");
  std::ofstream(setup.dir.path() / "spool/file") << "x";
  CHECK(setup.pending().size() == 1);
  CHECK(setup.notices.empty());
  CHECK(fs::exists(outside / "x"));
}

TEST_CASE("only what lies in the spool can be dropped or opened") {
  const SpoolSetup setup;
  fs::create_directories(setup.dir.path() / "x/y");
  CHECK_THROWS_AS(setup.spool.drop(setup.dir.path() / "x/y"), Error);
  CHECK_THROWS_AS(setup.spool.drop(setup.dir.path() / "spool"), Error);
  CHECK(fs::exists(setup.dir.path() / "x/y"));
  for (const std::string name : {"", "..", "a/b", ".x"}) {
    CHECK_THROWS_AS(setup.spool.open(name, "b"), Error);
    CHECK_THROWS_AS(setup.spool.open("t", name), Error);
  }
}
