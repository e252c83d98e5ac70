#include "core/run/spool_publisher.hpp"

#include <algorithm>

#include "core/base/file.hpp"
#include "tests/unit/core/run/told.hpp"

namespace fs = std::filesystem;
using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using test::FakeHost;
using test::Names;
using test::words;

namespace {

std::string version_of(const FakeHost& host, const std::string& pkgname) {
  const auto database = pacman::RepositoryDatabase::read(host.repository->directory() / "r.db");
  const auto* entry = database.find(pkgname);
  return entry == nullptr ? "" : entry->version;
}

bool is_told(const FakeHost& host, const std::string& part, const std::string& other = "") {
  const auto& notices = host.observer.notices;
  return std::any_of(notices.begin(), notices.end(), [&](const auto& notice) {
    return notice.find(part) != std::string::npos && notice.find(other) != std::string::npos;
  });
}

std::size_t waiting(const FakeHost& host) {
  std::vector<std::string> notices;
  return Spool(host.state.spool()).pending(notices).size();
}

/// A copy of what waits now, for a run that was killed before it could drop it.
void keep_aside(const FakeHost& host, const fs::path& aside) {
  fs::copy(host.state.spool(), aside, fs::copy_options::recursive);
}

void put_back(const FakeHost& host, const fs::path& aside) {
  fs::copy(aside, host.state.spool(), fs::copy_options::recursive);
}

}  // namespace

TEST_CASE("what waits is dropped, and that is told, once a newer build of its target is ready") {
  FakeHost host;
  host.repository->down = true;
  CHECK(words(host.build({host.target_of("a", {"1", {}, true, {}})})) == Names{"unpublished"});
  // The repository is back only when the next run has tried what waits.
  host.at_build = [&](const std::string&, fake::ExecCall&) { host.repository->down = false; };
  const auto aside = host.directory.path() / "aside";
  keep_aside(host, aside);
  const auto newer = host.target_of("a", {"2", {}, true, {}});
  CHECK(words(host.build({newer})) == Names{"built"});
  CHECK(is_told(host, "dropped the packages of 'a'", "a newer build of it is ready"));
  CHECK(waiting(host) == 0);
  // What a killed run may have placed of it is known to be ours.
  CHECK(host.history.made("a-1-1-any.pkg.tar.gz", "r").size() == 1);
  CHECK(version_of(host, "a") == "2-1");

  // A run that was killed before it came to that leaves it to the next one.
  put_back(host, aside);
  REQUIRE(waiting(host) == 1);
  host.observer.notices.clear();
  CHECK(words(host.build({newer})) == Names{"up-to-date"});
  CHECK(is_told(host, "dropped the packages of 'a'", "has been published since"));
  CHECK(waiting(host) == 0);
  CHECK(version_of(host, "a") == "2-1");
  CHECK(fs::exists(host.repository->directory() / "a-2-1-any.pkg.tar.gz"));

  // Where nothing is remembered, the repository itself is the wall.
  put_back(host, aside);
  FakeHost stranger;
  fs::remove_all(stranger.state.spool());
  fs::copy(aside, stranger.state.spool(), fs::copy_options::recursive);
  stranger.target_of("a", {"2", {}, true, {}});
  stranger.publish("a", "2-1");
  stranger.build({});
  CHECK(version_of(stranger, "a") == "2-1");
  CHECK(is_told(stranger, "it has a 2-1, which is newer"));
}

TEST_CASE("a version that went back is refused unless it is forced") {
  FakeHost host;
  CHECK(words(host.build({host.target_of("a", {"2", {}, true, {}})})) == Names{"built"});
  auto target = host.target_of("a", {"1", {}, true, {}});
  const auto refused = host.build({target});
  REQUIRE(words(refused) == Names{"failed"});
  CHECK(refused[0].step == "publish");
  CHECK_THAT(refused[0].why, ContainsSubstring("it has a 2-1, which is newer"));
  CHECK_THAT(refused[0].hint, ContainsSubstring("--force"));
  CHECK(version_of(host, "a") == "2-1");

  host.containers();
  CHECK(words(host.build({target})) == Names{"failed"});
  CHECK(host.containers().empty());

  target.force = true;
  SECTION("at once") {
    CHECK(words(host.build({target})) == Names{"built"});
  }
  SECTION("when the repository is back") {
    host.repository->down = true;
    CHECK(words(host.build({target})) == Names{"unpublished"});
    host.repository->down = false;
    target.force = false;
    CHECK(words(host.build({target})) == Names{"up-to-date"});
  }
  CHECK(version_of(host, "a") == "1-1");
  CHECK_FALSE(fs::exists(host.repository->directory() / "a-2-1-any.pkg.tar.gz"));
  CHECK_THAT(read_file(host.history.last_built("a")->log),
             ContainsSubstring("removed a-2-1-any.pkg.tar.gz from 'r'"));
}

TEST_CASE("a newer version that somebody else published isn't replaced by force either") {
  FakeHost host;
  host.publish("a", "2-1");
  auto target = host.target_of("a", {"1", {}, true, {}});
  target.force = true;
  const auto refused = host.build({target});
  REQUIRE(words(refused) == Names{"failed"});
  CHECK_THAT(refused[0].hint, ContainsSubstring("repo-remove '" + host.directory.path().string()) &&
                                  ContainsSubstring("r.db.tar.gz' a"));
  CHECK(version_of(host, "a") == "2-1");
  CHECK(fs::exists(host.repository->directory() / "a-2-1-any.pkg.tar.gz"));
}

TEST_CASE("a file in the way is asked for, and without it the packages are published unbuilt") {
  FakeHost host;
  const auto target = host.target("a");
  REQUIRE(words(host.build({target})) == Names{"built"});
  // By hand, while the file stays; and the next build makes another one.
  const auto directory = host.repository->directory();
  fs::remove(directory / "r.db.tar.gz"), fs::remove(directory / "r.files.tar.gz");
  write_file_atomically(directory / "a-1-1-any.pkg.tar.gz", "what was there");
  const auto refused = host.build({target});
  REQUIRE(words(refused) == Names{"failed"});
  CHECK_THAT(refused[0].hint, ContainsSubstring("remove that file"));
  host.containers();
  CHECK(words(host.build({target})) == Names{"failed"});
  fs::remove(directory / "a-1-1-any.pkg.tar.gz");
  CHECK(words(host.build({target})) == Names{"up-to-date"});
  CHECK(host.containers().empty());
  CHECK(version_of(host, "a") == "1-1");
}

TEST_CASE("what a forced build made in vain is dropped with the next run") {
  FakeHost host;
  auto target = host.target("a");
  REQUIRE(words(host.build({target})) == Names{"built"});
  host.fails.clear();
  host.makes_also["a"] = "b";
  host.publish("b", "2-1");
  target.force = true;
  REQUIRE(words(host.build({target})) == Names{"failed"});
  CHECK(waiting(host) == 1);
  target.force = false;
  CHECK(words(host.build({target})) == Names{"up-to-date"});
  CHECK(is_told(host, "dropped the packages of 'a'", "up to date without them"));
  CHECK(waiting(host) == 0);
}

TEST_CASE("what waits for a repository that is configured no more doesn't block its target") {
  FakeHost host;
  auto target = host.target("a");
  host.repository->down = true;
  REQUIRE(words(host.build({target})) == Names{"unpublished"});
  host.repositories.add(
      std::make_unique<LocalRepository>("new", host.directory.path() / "repos", machine_arch()));
  target.repository = "new";
  SECTION("it is among those to be built") {
    CHECK(words(host.build({target})) == Names{"built"});
    CHECK(is_told(host, "dropped the packages of 'a'", "the target goes to new now"));
    CHECK(waiting(host) == 0);
  }
  SECTION("it isn't, and is built later") {
    host.build({host.target("b")});
    CHECK(waiting(host) == 2);
    CHECK(words(host.build({target})) == Names{"built"});
  }
  CHECK(fs::exists(host.directory.path() / "repos/new" / machine_arch() / "a-1-1-any.pkg.tar.gz"));
}

TEST_CASE("what waits doesn't make a newer failure forgotten") {
  FakeHost host;
  host.repository->down = true;
  REQUIRE(words(host.build({host.target("a")})) == Names{"unpublished"});
  const auto newer = host.target_of("a", {"2", {}, true, {}});
  host.fails["a"] = "build";
  REQUIRE(words(host.build({newer})) == Names{"failed"});
  host.containers();
  CHECK(words(host.build({newer})) == Names{"failed"});
  CHECK(host.containers().empty());
  CHECK(waiting(host) == 1);
}

TEST_CASE("what waits is dropped when another target owns its package by now") {
  FakeHost host;
  host.repository->down = true;
  const auto first = host.target_of("a", {"2", {}, true, {}, "x"});
  REQUIRE(words(host.build({first})) == Names{"unpublished"});
  const auto aside = host.directory.path() / "aside";
  keep_aside(host, aside);
  fs::remove_all(host.state.spool() / "a");
  host.repository->down = false;
  const auto second = host.target_of("b", {"1", {}, true, {}, "x"});
  REQUIRE(words(host.build({second})) == Names{"built"});
  put_back(host, aside);
  CHECK(words(host.build({first, second})) == Names{"failed", "up-to-date"});
  CHECK(is_told(host, "dropped the packages of 'a'", "its package x belongs to the target 'b'"));
  CHECK(version_of(host, "x") == "1-1");
}

TEST_CASE("a package that a target makes no more is told, and taken out if that is wished") {
  FakeHost host;
  const bool prune = GENERATE(false, true);
  const auto root = host.directory.path() / "repos";
  host.repositories.add(std::make_unique<LocalRepository>("p", root, machine_arch()), prune);
  auto target = host.target("a");
  target.repository = "p";
  host.makes_also["a"] = "a-docs";
  REQUIRE(words(host.build({target})) == Names{"built"});
  CHECK_FALSE(is_told(host, "a-docs", "no more"));
  host.makes_also.clear();
  target = host.target_of("a", {"2", {}, true, {}});
  target.repository = "p";
  REQUIRE(words(host.build({target})) == Names{"built"});
  CHECK(is_told(host, "a-docs-1-1-any.pkg.tar.gz", prune ? "removed from 'p'" : "pkgkiln clean"));
  const auto directory = root / "p" / machine_arch();
  CHECK(fs::exists(directory / "a-docs-1-1-any.pkg.tar.gz") == !prune);
  const auto database = pacman::RepositoryDatabase::read(directory / "p.db");
  CHECK((database.find("a-docs") != nullptr) == !prune);
}

TEST_CASE("what a run was publishing when it was interrupted waits for the next one") {
  FakeHost host;
  const auto target = host.target("a");
  host.repository->on_publish = [](const std::string&) { throw Cancelled("interrupted"); };
  CHECK(words(host.build({target})) == Names{"unpublished"});
  CHECK(waiting(host) == 1);
  host.repository->on_publish = nullptr;
  CHECK(words(host.build({target})) == Names{"up-to-date"});
  CHECK(waiting(host) == 0);
}

TEST_CASE("what waits serves another commit with the same files") {
  FakeHost host;
  host.repository->down = true;
  REQUIRE(words(host.build({host.target("a")})) == Names{"unpublished"});
  host.containers();
  CHECK(words(host.build({host.target("a")})) == Names{"unpublished"});
  CHECK(host.containers().empty());
  CHECK(waiting(host) == 1);
}
