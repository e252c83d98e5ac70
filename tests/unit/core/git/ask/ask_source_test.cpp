#include "core/git/ask/remotes.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/ask/file_server.hpp"
#include "tests/unit/core/git/ask/http_repository.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string ask(HttpRepository& remote, const std::string& ref) {
  return remote.remotes.ask_source(remote.url(), ref, kNever);
}

}  // namespace

TEST_CASE("a source's HEAD, branches and tags are asked, tags for the commit behind them") {
  HttpRepository remote;
  const auto old = remote.work.run({"rev-parse", "old/one"});
  remote.work.run({"tag", "light", "old/one"});
  remote.work.run({"tag", "-a", "-m", "x", "v1", "old/one"});
  remote.work.run({"tag", "-a", "-m", "x", "v1-again", "v1"});
  remote.publish();
  remote.server.speak(GENERATE("", "version=2"));
  CHECK(ask(remote, "HEAD") == remote.commit);
  CHECK(ask(remote, "refs/heads/old/one") == old);
  CHECK(ask(remote, "refs/tags/light") == old);
  CHECK(ask(remote, "refs/tags/v1") == old);
  CHECK(ask(remote, "refs/tags/v1-again") == old);
  CHECK_THROWS_WITH(ask(remote, "refs/tags/v"), ContainsSubstring("has no refs/tags/v"));
  CHECK_THROWS_WITH(ask(remote, "refs/heads/main2"), ContainsSubstring("has no refs/heads/main2"));
  for (const auto& request : remote.server.requests())
    CHECK_THAT(request, !ContainsSubstring("(git)"));
}

TEST_CASE("a source on a plain web server is asked with the git program") {
  HttpRepository remote;
  remote.work.run({"tag", "-a", "-m", "x", "v1", "old/one"});
  remote.publish();
  test::git(remote.dir.path() / "www/a.git", {"update-server-info"});
  FileServer server(remote.dir.path() / "www");
  const auto source = server.url("/a.git");
  CHECK(remote.remotes.ask_source(source, "HEAD", kNever) == remote.commit);
  CHECK(remote.remotes.ask_source(source, "refs/tags/v1", kNever) ==
        remote.work.run({"rev-parse", "old/one"}));
  server.redirect("/a.git/info/refs", server.url("/login"));
  CHECK_THROWS_WITH(remote.remotes.ask_source(source, "HEAD", kNever),
                    ContainsSubstring("cannot ask"));
}

TEST_CASE("whether a branch or a tag of a source is at a commit") {
  HttpRepository remote;
  const auto rev = [&](const std::string& name) { return remote.work.run({"rev-parse", name}); };
  remote.work.commit({{"PKGBUILD", "3"}});
  const auto tagged = rev("main");
  remote.work.run({"tag", "-a", "-m", "x", "v1"});
  remote.work.commit({{"PKGBUILD", "4"}});
  const auto of_a_pull_request = rev("main");
  remote.work.run({"update-ref", "refs/pull/1/head", of_a_pull_request});
  remote.work.run({"reset", "--quiet", "--hard", remote.commit});
  const auto named = [&](const std::string& url, const std::string& commit) {
    return remote.remotes.names_commit(url, commit, kNever);
  };
  remote.publish();
  test::git(remote.dir.path() / "www/a.git", {"update-server-info"});
  FileServer plain(remote.dir.path() / "www");
  remote.server.speak("version=2");
  for (const auto& url : {remote.url(), plain.url("/a.git")}) {
    CHECK(named(url, remote.commit));
    CHECK(named(url, rev("old/one")));
    CHECK(named(url, tagged));
    CHECK_FALSE(named(url, of_a_pull_request));
    CHECK_FALSE(named(url, remote.commit.substr(0, 12)));
    CHECK_FALSE(named(url, std::string(40, 'a')));
  }
  CHECK_THROWS_WITH(named(remote.server.url("/b.git"), remote.commit),
                    ContainsSubstring("cannot ask"));
  CHECK_THROWS_WITH(named("file:///srv/a", remote.commit), ContainsSubstring("is not asked"));
}

TEST_CASE("only sources that anybody may ask over a network are asked") {
  const PlainUser user;
  git::Remotes remotes(kHasty);
  const auto* url = GENERATE("file:///srv/a", "/srv/a", "ssh://example.com/a", "git@example.com:a",
                             "ext::sh", "http://me:pw@127.0.0.1:1/a", "git://me@127.0.0.1:1/a",
                             "ftp://127.0.0.1:1/a", "", "-x", "http", "HTTP://127.0.0.1:1/a");
  CAPTURE(url);
  CHECK_THROWS_WITH(remotes.ask_source(url, "HEAD", kNever),
                    ContainsSubstring("is not asked") && !ContainsSubstring("pw"));
}

TEST_CASE("a source's ref is HEAD, a branch or a tag") {
  HttpRepository remote;
  for (const auto* ref : {"", "main", "refs/heads/", "refs/heads/a\nb", "refs/pull/1/head",
                          "refs/tags/-x", "refs/heads/*", "HEAD^"})
    CHECK_THROWS_WITH(ask(remote, ref), ContainsSubstring("neither a branch nor a tag"));
  CHECK(remote.server.requests().empty());
}

TEST_CASE("a source over git's own protocol is asked with the git program") {
  const PlainUser user;
  git::Remotes remotes(kHasty);
  CHECK_THROWS_WITH(remotes.ask_source("git://127.0.0.1:1/a.git", "HEAD", kNever),
                    ContainsSubstring("cannot ask") && ContainsSubstring("not reached"));
}

TEST_CASE("nobody's credentials are given to a source", "[concurrent]") {
  std::string seen;
  std::mutex mutex;
  HttpRepository remote([&](const std::string& head) -> std::optional<std::string> {
    const std::lock_guard lock(mutex);
    seen += head;
    if (head.find("/a.git") != std::string::npos)
      return scripted::answer(401, "", "WWW-Authenticate: Basic realm=\"x\"\r\n");
    // A plain web server's answers are asked for by the git program.
    if (head.find("service=") != std::string::npos) return scripted::answer(200, "");
    return scripted::answer(401, "", "WWW-Authenticate: Basic realm=\"x\"\r\n");
  });
  const auto home = remote.dir.path() / "home";
  const auto helper = home / "helper";
  write(helper, "#!/bin/sh\ntouch '" + (home / "proof").string() + "'\necho secret\n");
  std::filesystem::permissions(helper, std::filesystem::perms::owner_all);
  write(home / ".netrc", "machine 127.0.0.1 login me password secret\n");
  write(home / "config", "[credential]\n\thelper = " + helper.string() +
                             "\n[http]\n\textraHeader = Authorization: secret\n");
  const ScopedVariable set_home("HOME", home.string());
  const ScopedVariable global("GIT_CONFIG_GLOBAL", (home / "config").string());
  const ScopedVariable askpass("GIT_ASKPASS", helper.string());
  CHECK_THROWS_WITH(ask(remote, "HEAD"), ContainsSubstring("wants credentials"));
  CHECK_THROWS_AS(remote.remotes.ask_source(remote.server.url("/b.git"), "HEAD", kNever), Error);
  CHECK_FALSE(std::filesystem::exists(home / "proof"));
  const std::lock_guard lock(mutex);
  CHECK_THAT(seen, ContainsSubstring("/b.git") && !ContainsSubstring("Authorization"));
}
