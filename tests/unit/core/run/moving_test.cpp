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
