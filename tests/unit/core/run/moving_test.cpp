#include <algorithm>
#include <filesystem>

#include "tests/catch.hpp"
#include "tests/unit/core/run/told.hpp"

using namespace pkgkiln;
using test::FakeHost;
using test::Names;
using Status = Status;

namespace {

constexpr const char* kPkgver = "pkgver() { git describe; }\n";
/// Pinned, so that nobody is asked for it.
const std::string kSource = "git+https://nobody.invalid/a#commit=ab12";

Target moving(FakeHost& host, const std::vector<std::string>& fields) {
  return host.target_of("a", {"1", fields, true, kPkgver});
}

Status built_again(FakeHost& host, const Target& target) {
  REQUIRE(host.build({target}).front().status == Status::built);
  host.containers();
  return host.build({target}).front().status;
}

}  // namespace

TEST_CASE("a version that moves with sources that did not is skipped") {
  FakeHost host;
  const auto target = moving(host, {"source = " + kSource});
  CHECK(built_again(host, target) == Status::up_to_date);
  CHECK(host.containers().empty());
}

TEST_CASE("sources that a .SRCINFO conceals are found by makepkg, and prove nothing unmoved") {
  FakeHost host;
  const std::string concealed = "hg+https://nobody.invalid/b";
  host.lies["a"] = {kSource, concealed};
  const auto target = moving(host, {"source = " + kSource});
  CHECK(built_again(host, target) == Status::up_to_date);
  CHECK(host.containers() == Names{"a"});
  CHECK(host.history.last_good("a")->vcs_sources == std::vector<RecordedSource>{{concealed, {}}});
}

TEST_CASE("a version that moves by no source that could be asked is looked at in a container") {
  FakeHost host;
  const auto target = moving(host, {"source = https://nobody.invalid/nightly.tar.gz"});
  CHECK(built_again(host, target) == Status::up_to_date);
  CHECK(host.containers() == Names{"a"});
}

TEST_CASE("what makepkg said of a tree is believed while it is the same") {
  FakeHost host;
  // Only a shell that runs it knows whether there is a pkgver().
  const std::string unclear = "for x in a; do eval \"package_$x() { :; }\"; done\n";
  const auto target = host.target_of("a", {"1", {"depends = b"}, true, unclear});
  CHECK(built_again(host, target) == Status::up_to_date);
  CHECK(host.containers().empty());
  SECTION("in another commit") {
    test::write(host.directory.path() / "up/a/PKGBUILD", "other");
    test::git(host.directory.path() / "up/a", {"commit", "--quiet", "--all", "--message", "x"});
    host.target_of("a", {"1", {"depends = b"}, true, unclear});
    CHECK(host.build({target}).front().status == Status::up_to_date);
    CHECK(host.containers().empty());
    CHECK(host.history.last_good("a")->files.front().sha256.size() == 64);
  }
  SECTION("when its package is gone") {
    std::filesystem::remove_all(host.directory.path() / "repos");
    CHECK(host.build({target}).front().status == Status::built);
    CHECK(std::ranges::count(host.observer.steps, "a: inspect") == 0);
  }
  SECTION("and asked for again when it is another") {
    host.target_of("a", {"2", {"depends = b"}, true, unclear});
    CHECK(host.build({target}).front().status == Status::built);
    CHECK(std::ranges::count(host.observer.steps, "a: inspect") == 1);
  }
  SECTION("and when it is forced") {
    auto forced = target;
    forced.force = true;
    CHECK(host.build({forced}).front().status == Status::built);
    CHECK(std::ranges::count(host.observer.steps, "a: inspect") == 1);
  }
  SECTION("and after a build that failed with it") {
    std::filesystem::remove_all(host.directory.path() / "repos");
    host.fails["a"] = "dependencies";
    CHECK(host.build({target}).front().status == Status::failed);
    CHECK_FALSE(host.history.inspection("a"));
  }
}

TEST_CASE("a pkgver() that only makepkg could see is believed as well") {
  FakeHost host;
  const auto target =
      host.target_of("a", {"1", {"source = " + kSource}, true, "eval \"pkgver() { :; }\"\n"});
  CHECK(built_again(host, target) == Status::up_to_date);
  CHECK(host.containers().empty());
  CHECK(host.history.inspection("a")->moves);
}

TEST_CASE("a tree that was built is not built again in another commit, though its version moves") {
  FakeHost host;
  const auto target = moving(host, {"source = " + kSource});
  REQUIRE(host.build({target}).front().status == Status::built);
  host.containers();
  test::git(host.directory.path() / "up/a",
            {"commit", "--quiet", "--allow-empty", "--message", "x"});
  const auto result = host.build({target}).front();
  CHECK(result.status == Status::up_to_date);
  CHECK(host.containers().empty());
  // One commit to a repository of thousands of targets is no news of all of them.
  CHECK(host.history.last_good("a")->commit != result.commit);
  CHECK(host.build({target}).front().why.find("its files are as at") != std::string::npos);
}

namespace {

/// Its PKGBUILD ends with that comment, which is not its version.
Target commented(FakeHost& host, const std::string& comment, const std::string& pkgrel = "1") {
  return host.target_of("a", {"1", {}, true, "# " + comment + "\n", {}, pkgrel});
}

std::string file_of(const BuildRecord& result) {
  return result.files.empty() ? std::string() : result.files.front().file_name;
}

}  // namespace

TEST_CASE("files that changed without their version are told until it is raised, and not built") {
  FakeHost host;
  REQUIRE(host.build({commented(host, "old")}).front().status == Status::built);
  const auto target = commented(host, "new");
  for (int run = 0; run < 3; ++run) {
    const auto result = host.build({target}).front();
    CHECK(result.status == Status::up_to_date);
    CHECK(result.why ==
          "its files changed, but not its version 1-1, which is published in r: raise its pkgrel");
    CHECK_FALSE(result.built_from.empty());
  }
  SECTION("in another commit of the same files") {
    test::git(host.directory.path() / "up/a",
              {"commit", "--quiet", "--allow-empty", "--message", "x"});
    CHECK_FALSE(host.build({target}).front().built_from.empty());
  }
  SECTION("and of others") {
    CHECK_FALSE(host.build({commented(host, "newer")}).front().built_from.empty());
  }
  SECTION("or is taken back") {
    CHECK(host.build({commented(host, "old")}).front().built_from.empty());
  }
  SECTION("or raised") {
    const auto result = host.build({commented(host, "new", "2")}).front();
    CHECK(result.status == Status::built);
    CHECK(result.built_from.empty());
  }
}

TEST_CASE("no change is claimed of what nobody knows") {
  FakeHost host;
  auto target = commented(host, "x");
  SECTION("which part of a repository it uses") {
    target.checkout = Checkout::repository;
    REQUIRE(host.build({target}).front().status == Status::built);
    commented(host, "y");
    const auto result = host.build({target}).front();
    CHECK(result.status == Status::up_to_date);
    CHECK(result.built_from.empty());
    return;
  }
  host.publish("a");
  SECTION("what it was built from") {
    CHECK(host.build({target}).front().built_from.empty());
  }
  SECTION("by another target") {
    CHECK(host.build({commented(host, "y")}).front().status == Status::up_to_date);
    auto moved = target;
    moved.branch = "main";
    CHECK(host.build({moved}).front().built_from.empty());
  }
}

TEST_CASE("no change is claimed of what is of no package, though it lies beside the PKGBUILD") {
  FakeHost host;
  host.planning.bump_pkgrel = true;
  const auto target = commented(host, "x");
  REQUIRE(host.build({target}).front().status == Status::built);
  const auto place = host.directory.path() / "up/a";
  const auto commit = [&](const std::string& file) {
    test::write(place / file, "new");
    test::git(place, {"add", "--all"});
    test::git(place, {"commit", "--quiet", "--message", "x"});
  };
  commit(".gitignore");
  std::filesystem::create_directory(place / "LICENSES");
  commit("LICENSES/0BSD.txt");
  for (int run = 0; run < 2; ++run) {
    const auto result = host.build({target}).front();
    CHECK(result.status == Status::up_to_date);
    CHECK(result.built_from.empty());
  }
  commit(".SRCINFO.patch");
  CHECK(file_of(host.build({target}).front()) == "a-1-1.1-any.pkg.tar.gz");
}

TEST_CASE("with bump_pkgrel they are built with the next pkgrel, once") {
  FakeHost host;
  REQUIRE(host.build({commented(host, "old")}).front().status == Status::built);
  auto target = commented(host, "new");
  const bool told_before = GENERATE(false, true);
  if (told_before) CHECK_FALSE(host.build({target}).front().built_from.empty());
  host.planning.bump_pkgrel = true;
  const auto result = host.build({target}).front();
  CHECK(result.status == Status::built);
  CHECK(file_of(result) == "a-1-1.1-any.pkg.tar.gz");
  CHECK(host.held_versions["a"] == "1-1.1");
  CHECK(read_file(result.log).find("built as pkgrel 1.1, since version 1-1 is of other files") !=
        std::string::npos);
  CHECK(host.build({target}).front().status == Status::up_to_date);
  SECTION("and again when they change again") {
    CHECK(file_of(host.build({commented(host, "newer")}).front()) == "a-1-1.2-any.pkg.tar.gz");
  }
  SECTION("also from what it was before") {
    CHECK(file_of(host.build({commented(host, "old")}).front()) == "a-1-1.2-any.pkg.tar.gz");
  }
  SECTION("until the PKGBUILD raises it") {
    CHECK(file_of(host.build({commented(host, "newer", "2")}).front()) == "a-1-2-any.pkg.tar.gz");
    CHECK(file_of(host.build({commented(host, "newest", "2")}).front()) ==
          "a-1-2.1-any.pkg.tar.gz");
  }
  SECTION("the same again when it is forced, or gone") {
    if (GENERATE(false, true))
      target.force = true;
    else
      std::filesystem::remove_all(host.directory.path() / "repos");
    CHECK(file_of(host.build({target}).front()) == "a-1-1.1-any.pkg.tar.gz");
  }
  SECTION("and not without it") {
    host.planning.bump_pkgrel = false;
    CHECK(host.build({target}).front().built_from.empty());
    const auto later = host.build({commented(host, "newer")}).front();
    CHECK(later.status == Status::up_to_date);
    CHECK_FALSE(later.built_from.empty());
  }
}

TEST_CASE("what makepkg alone can tell gets its next pkgrel as well") {
  FakeHost host;
  host.planning.bump_pkgrel = true;
  const auto commit = [&](const std::string& version, const std::string& comment) {
    return host.target_of("a", {version, {}, true, kPkgver + ("# " + comment + "\n")});
  };
  REQUIRE(host.build({commit("1", "old")}).front().status == Status::built);
  const auto target = commit("1", "new");
  CHECK(file_of(host.build({target}).front()) == "a-1-1.1-any.pkg.tar.gz");
  // pkgver() goes by no source here, so each run asks it.
  CHECK(host.build({target}).front().status == Status::up_to_date);
  // Its version moved by itself.
  CHECK(file_of(host.build({commit("2", "newer")}).front()) == "a-2-1-any.pkg.tar.gz");
}

TEST_CASE("a pkgver() that gives the version of other files is told as well") {
  FakeHost host;
  REQUIRE(host.build({moving(host, {})}).front().status == Status::built);
  const auto target = host.target_of("a", {"1", {}, true, kPkgver + std::string("# new\n")});
  for (int run = 0; run < 2; ++run) {
    const auto result = host.build({target}).front();
    CHECK(result.status == Status::up_to_date);
    CHECK_FALSE(result.built_from.empty());
  }
}

TEST_CASE("a target whose files come from elsewhere now has the version that it had") {
  FakeHost host;
  auto target = host.target_of("a", {"1", {}, true, {}});
  host.build({target});
  host.target_of("a", {"2", {}, true, {}});
  const auto moved = host.directory.path() / "moved";
  std::filesystem::copy(host.directory.path() / "up" / "a", moved,
                        std::filesystem::copy_options::recursive);
  target.url = "file://" + moved.string();
  const auto results = host.build({target});
  REQUIRE(words(results) == Names{"built"});
  CHECK(results[0].version == "2-1");
  CHECK(results[0].previous_version == "1-1");
}
