#include "core/targets/found_targets.hpp"

#include <algorithm>

#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/test_repository.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

struct FindingSetup {
  TempDir dir;
  TestRepository upstream{dir.path() / "upstream"};
  git::Remotes remotes;
  FoundTargets::Entry entry;
  std::vector<Target> own;
  bool may_fetch = true;

  FindingSetup() {
    entry.target.url = upstream.url();
    entry.target.path = "*";
    entry.target.repository = "kiln";
    entry.target.origin = "pkgkiln.toml:3";
    upstream.commit({{"a/PKGBUILD", "1"}, {"b/PKGBUILD", "1"}, {"README", "x"}, {"none/x", "x"}});
  }
  /// As a run of its own.
  Listing list() {
    PackagingSources sources(dir.path() / "mirrors", remotes);
    return FoundTargets(entry, own, sources, may_fetch, kNever).list();
  }
  std::string paths() {
    std::string text;
    for (const auto& target : list().targets) text += target.path + " ";
    return text;
  }
};

}  // namespace

TEST_CASE("each directory with a PKGBUILD that the pattern names is a target") {
  FindingSetup setup;
  setup.entry.target.network = true;
  const auto listing = setup.list();
  REQUIRE(listing.targets.size() == 2);
  CHECK(listing.problems.empty());
  const auto& target = listing.targets[0];
  CHECK(target.name == "a");
  CHECK(target.path == "a");
  CHECK(target.url == setup.upstream.url());
  CHECK(target.repository == "kiln");
  CHECK(target.network);
  CHECK(target.origin == "pkgkiln.toml:3 (a)");
  CHECK(listing.targets[1].name == "b");
}

TEST_CASE("patterns find what they name, in any depth, and nothing else") {
  FindingSetup setup;
  setup.upstream.commit({{"PKGBUILD", "1"},
                         {"deep/er/still/PKGBUILD", "1"},
                         {"deep/PKGBUILD/x", "1"},
                         {".hidden/PKGBUILD", "1"},
                         {"mit raum/PKGBUILD", "1"},
                         {"st*r/PKGBUILD", "1"},
                         {"common/PKGBUILD", "1"}});
  fs::create_directory(setup.upstream.path() / "linked");
  fs::create_symlink("../common/PKGBUILD", setup.upstream.path() / "linked/PKGBUILD");
  fs::create_directory(setup.upstream.path() / "dangling");
  fs::create_symlink("../nothing", setup.upstream.path() / "dangling/PKGBUILD");
  fs::create_symlink("a", setup.upstream.path() / "alias");
  setup.upstream.commit({{"x", "y"}});
  const auto [path, exclude, expected] =
      GENERATE(table<std::string, std::vector<std::string>, std::string>({
          {"*", {}, "a b common linked mit raum st*r "},
          {"*", {"b", "c*", "st\\*r", "m*"}, "a linked "},
          {"**", {}, " a b common deep/er/still linked mit raum st*r "},
          {"**", {"deep", "*"}, " "},
          {"deep/**", {}, "deep/er/still "},
          {"*/*/*", {}, "deep/er/still "},
          {"l?nked", {}, "linked "},
          {"[ab]*", {}, ""},
      }));
  setup.entry.target.path = path;
  setup.entry.exclude = exclude;
  CHECK(setup.paths() == expected);
}

TEST_CASE("a pattern that finds nothing is a problem") {
  FindingSetup setup;
  setup.entry.target.path = "packages/*";
  const auto listing = setup.list();
  REQUIRE(listing.problems.size() == 1);
  CHECK_THAT(listing.problems[0], ContainsSubstring("pkgkiln.toml:3") &&
                                      ContainsSubstring("'packages/*'") &&
                                      ContainsSubstring(setup.upstream.url()));
}

TEST_CASE("what is listed by itself is not found as well") {
  FindingSetup setup;
  Target one;
  one.url = setup.upstream.url();
  one.path = "a";
  one.repository = "another";
  SECTION("of the same branch") {
    setup.own = {one};
    CHECK(setup.paths() == "b ");
  }
  SECTION("of another branch it is another") {
    one.branch = "testing";
    setup.own = {one};
    CHECK(setup.paths() == "a b ");
  }
}

TEST_CASE("new directories appear, and gone ones are told once") {
  FindingSetup setup;
  setup.list();
  setup.upstream.run({"rm", "--quiet", "-r", "b"});
  setup.upstream.commit({{"c/PKGBUILD", "1"}});
  const auto listing = setup.list();
  REQUIRE(listing.targets.size() == 2);
  CHECK(listing.targets[1].name == "c");
  REQUIRE(listing.notices.size() == 1);
  CHECK_THAT(listing.notices[0], ContainsSubstring("'b'") && ContainsSubstring("pkgkiln clean"));
  CHECK(setup.list().notices.empty());
  setup.upstream.commit({{"README", "new"}});
  CHECK(setup.list().notices.empty());
}

TEST_CASE("a renamed directory, and one whose PKGBUILD went, are gone") {
  FindingSetup setup;
  setup.list();
  SECTION("renamed") {
    setup.upstream.run({"mv", "b", "z"});
  }
  SECTION("without its PKGBUILD") {
    setup.upstream.run({"mv", "b/PKGBUILD", "b/x"});
  }
  SECTION("become a file") {
    setup.upstream.run({"rm", "--quiet", "-r", "b"});
    write(setup.upstream.path() / "b", "x");
  }
  setup.upstream.commit({{"README", "new"}});
  CHECK(setup.list().notices.size() == 1);
}

TEST_CASE("while another run has the lock, what was found last is listed") {
  FindingSetup setup;
  setup.may_fetch = false;
  CHECK_THROWS_WITH(setup.list(), ContainsSubstring("another run is at work"));
  setup.may_fetch = true;
  setup.list();
  setup.upstream.commit({{"c/PKGBUILD", "1"}});
  setup.may_fetch = false;
  CHECK(setup.paths() == "a b ");
}

TEST_CASE("a repository that can't be asked is an error, and nothing is forgotten") {
  FindingSetup setup;
  setup.list();
  fs::rename(setup.upstream.path(), setup.dir.path() / "away");
  CHECK_THROWS_AS(setup.list(), Error);
  fs::rename(setup.dir.path() / "away", setup.upstream.path());
  CHECK(setup.list().notices.empty());
  CHECK(setup.paths() == "a b ");
}

TEST_CASE("of a branch that is deleted nothing is found, and nothing is forgotten") {
  FindingSetup setup;
  setup.upstream.run({"branch", "testing"});
  setup.entry.target.branch = "testing";
  CHECK(setup.paths() == "a b ");
  setup.upstream.run({"branch", "--delete", "--force", "testing"});
  CHECK_THROWS_WITH(setup.list(), ContainsSubstring("testing"));
  setup.upstream.run({"branch", "testing"});
  CHECK(setup.list().notices.empty());
}

TEST_CASE("directories are found in a repository whose objects have names of SHA-256") {
  FindingSetup setup;
  const auto path = setup.dir.path() / "long names";
  fs::create_directories(path);
  test::git(path, {"init", "--quiet", "--object-format=sha256"});
  const TestRepository upstream(path);
  upstream.commit({{"a/PKGBUILD", "1"}, {"b/c/PKGBUILD", "1"}});
  setup.entry.target.url = upstream.url();
  setup.entry.target.path = "**";
  CHECK(setup.paths() == "a b/c ");
  upstream.commit({{"d/PKGBUILD", "1"}});
  CHECK(setup.paths() == "a b/c d ");
}

TEST_CASE("a directory of which no name can be made is a problem, and the others count") {
  FindingSetup setup;
  setup.upstream.commit({{"日本/PKGBUILD", "1"}});
  const auto listing = setup.list();
  CHECK(listing.targets.size() == 2);
  REQUIRE(listing.problems.size() == 1);
  CHECK_THAT(listing.problems[0], ContainsSubstring("日本") && ContainsSubstring("[[targets]]"));
}

TEST_CASE("five thousand directories are found in a folder as in a repository") {
  FindingSetup setup;
  const fs::path folder = setup.dir.path() / "folder";
  for (int i = 0; i < 5000; ++i)
    write(folder / ("p" + std::to_string(i)) / "PKGBUILD", std::to_string(i));
  setup.entry.target.url = folder.string();
  const auto listing = setup.list();
  CHECK(listing.targets.size() == 5000);
  CHECK(std::ranges::all_of(listing.targets, [](const auto& one) { return one.name == one.path; }));
}
