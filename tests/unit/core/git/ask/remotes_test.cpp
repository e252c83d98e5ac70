#include "core/git/ask/remotes.hpp"

#include "tests/catch.hpp"
#include "tests/unit/core/git/ask/http_repository.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;
using Requests = std::vector<std::string>;

namespace {}  // namespace

TEST_CASE("a server of version 2 is asked in one request") {
  HttpRepository remote;
  CHECK(remote.remotes.ask_tip(remote.url(), "", kNever) ==
        git::Tip{"refs/heads/main", remote.commit});
  CHECK(remote.server.requests() == Requests{kPost});
  const auto old = remote.work.run({"rev-parse", "old/one"});
  CHECK(remote.remotes.ask_tip(remote.url() + "/", "old/one", kNever) ==
        git::Tip{"refs/heads/old/one", old});
  remote.publish("b");
  CHECK(remote.remotes.ask_tip(remote.server.url("/b"), "main", kNever).commit == remote.commit);
  CHECK(remote.server.requests() == Requests{kPost, "POST /b/git-upload-pack"});
  CHECK(remote.server.connections() == 1);
}

TEST_CASE("servers of versions 0 and 1 are asked in one request, once they are known") {
  HttpRepository remote;
  remote.server.speak(GENERATE("", "version=1"));
  for (int i = 0; i < 2; ++i)
    CHECK(remote.remotes.ask_tip(remote.url(), "", kNever) ==
          git::Tip{"refs/heads/main", remote.commit});
  CHECK(remote.remotes.ask_tip(remote.url(), "main", kNever).commit == remote.commit);
  CHECK(remote.server.requests() == Requests{kPost, kGet, kGet, kGet});
  CHECK(remote.server.connections() == 1);
}

TEST_CASE("a repository that doesn't speak version 2 is found on a host where others do") {
  HttpRepository remote;
  remote.remotes.ask_tip(remote.url(), "", kNever);
  remote.server.speak("");
  CHECK(remote.remotes.ask_tip(remote.url(), "", kNever) ==
        git::Tip{"refs/heads/main", remote.commit});
  remote.server.requests();
  CHECK(remote.remotes.ask_tip(remote.url(), "", kNever).commit == remote.commit);
  CHECK(remote.server.requests() == Requests{kGet});
}

TEST_CASE("a detached HEAD is asked for as HEAD over HTTP too") {
  HttpRepository remote;
  remote.server.speak(GENERATE("", "version=2"));
  test::git(remote.dir.path() / "www/a.git", {"update-ref", "--no-deref", "HEAD", remote.commit});
  CHECK(remote.remotes.ask_tip(remote.url(), "", kNever) == git::Tip{"HEAD", remote.commit});
}

TEST_CASE("a repository with long names of objects is asked, and other ones after it") {
  HttpRepository remote;
  remote.remotes.ask_tip(remote.url(), "", kNever);
  const auto bare = remote.dir.path() / "www/long.git";
  test::git(remote.dir.path(), {"init", "--quiet", "--bare", "--object-format=sha256", bare});
  const auto tree = test::git(bare, {"mktree"});
  const auto commit = test::git(bare, {"commit-tree", "-m", "x", tree});
  test::git(bare, {"update-ref", "refs/heads/main", commit});
  REQUIRE(commit.size() == 64);
  CHECK(remote.remotes.ask_tip(remote.server.url("/long.git"), "", kNever) ==
        git::Tip{"refs/heads/main", commit});
  CHECK(remote.remotes.ask_tip(remote.url(), "", kNever).commit == remote.commit);
  for (const auto& request : remote.server.requests())
    CHECK_THAT(request, !ContainsSubstring("(git)"));
}

TEST_CASE("the git program asks where the user's configuration matters, and reads it once") {
  HttpRepository remote;
  const auto config = remote.dir.path() / "config";
  write(config, "[http]\n\textraHeader = X-Mine: 1\n");
  const ScopedVariable global("GIT_CONFIG_GLOBAL", config.string());
  CHECK(remote.remotes.ask_tip(remote.url(), "", kNever).commit == remote.commit);
  CHECK(remote.server.requests() == Requests{kGet + " (git)", kPost + " (git)"});
  write(config, "[broken");
  CHECK(remote.remotes.ask_tip(remote.url(), "", kNever).commit == remote.commit);
}

TEST_CASE("remotes that aren't asked over HTTP are asked with the git program") {
  const PlainUser user;
  const TempDir dir;
  const TestRepository work(dir.path() / "work");
  const auto commit = work.commit({{"PKGBUILD", "1"}});
  git::Remotes remotes;
  CHECK(remotes.ask_tip(work.url(), "", kNever) == git::Tip{"refs/heads/main", commit});
  CHECK(remotes.ask_tip(work.path(), "main", kNever).commit == commit);
}

TEST_CASE("questions to the same host can be told") {
  CHECK(git::Remotes::host_of("https://me:pw@Example.com/a") == "https://example.com");
  CHECK(git::Remotes::host_of("ext::sh") == "");
}
