#include "core/git/ask/remotes.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/ask/file_server.hpp"
#include "tests/unit/core/git/ask/tips.hpp"
#include "tests/unit/core/git/test_repository.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr const char* kMeAndSecret = "Basic bWU6czpAL3Q=";  // me:s:@/t

/// A repository as a web server without any knowledge of git gives it.
struct HttpSetup {
  TempDir dir;
  TestRepository remote{dir.path() / "work"};
  std::string commit = make();

  std::string make() const {
    remote.commit({{"PKGBUILD", "1"}});
    const auto tip = remote.commit({{"PKGBUILD", "2"}});
    const auto bare = dir.path() / "www/a.git";
    test::git(dir.path(), {"clone", "--quiet", "--bare", remote.url(), bare.string()});
    test::git(bare, {"update-server-info"});
    return tip;
  }
};

}  // namespace

TEST_CASE("a repository on a plain web server is asked and mirrored, though not shallow") {
  const HttpSetup setup;
  const FileServer server(setup.dir.path() / "www");
  const auto tip = tip_of(server.url("/a.git"));
  CHECK(tip == git::Tip{"refs/heads/main", setup.commit});
  git::Remotes remotes;
  git::Mirror mirror(setup.dir.path() / "mirror", server.url("/a.git"), remotes);
  CHECK(mirror.fetch(tip, kNever) == tip);
  CHECK(mirror.read_file(setup.commit, "PKGBUILD") == "2");
}

TEST_CASE("a repository that a web server doesn't have says so") {
  const HttpSetup setup;
  const FileServer server(setup.dir.path() / "www");
  CHECK_THROWS_WITH(tip_of(server.url("/b.git")), ContainsSubstring("there is no such repository"));
}

TEST_CASE("credentials of a URL reach the server, decoded") {
  const HttpSetup setup;
  const FileServer server(setup.dir.path() / "www", kMeAndSecret);
  const auto with = [&](const std::string& user) {
    return tip_of("http://" + user + server.host() + "/a.git");
  };
  CHECK(with("me:s:%40%2Ft@").commit == setup.commit);
  CHECK_THROWS_WITH(with(""), ContainsSubstring("wants credentials"));
  CHECK_THROWS_WITH(with("me:wrong-one@"),
                    ContainsSubstring("wants credentials") && !ContainsSubstring("wrong-one"));
  CHECK_THROWS_WITH(with("tokenlike@"),
                    ContainsSubstring("wants credentials") && !ContainsSubstring("tokenlike"));
}

TEST_CASE("credentials of a URL are not given to another host that it redirects to") {
  const HttpSetup setup;
  const FileServer other(setup.dir.path() / "www", kMeAndSecret);
  FileServer server(setup.dir.path() / "www");
  server.redirect("/r.git/info/refs", other.url("/a.git/info/refs?service=git-upload-pack"));
  CHECK_THROWS_WITH(tip_of("http://me:s:%40%2Ft@" + server.host() + "/r.git"),
                    ContainsSubstring("wants credentials"));
}

TEST_CASE("the user's credential helper is asked") {
  const HttpSetup setup;
  const FileServer server(setup.dir.path() / "www", kMeAndSecret);
  write(setup.dir.path() / "config",
        "[credential]\n\thelper = \"!printf 'username=me\\\\npassword=s:@/t\\\\n' #\"\n");
  const ScopedVariable global("GIT_CONFIG_GLOBAL", (setup.dir.path() / "config").string());
  CHECK(tip_of(server.url("/a.git")).commit == setup.commit);
}

TEST_CASE("no command line of git holds the URL's password") {
  const HttpSetup setup;
  const FileServer server(setup.dir.path() / "www", kMeAndSecret);
  const auto bin = setup.dir.path() / "bin";
  const auto lines = setup.dir.path() / "lines";
  const char* path = std::getenv("PATH");
  REQUIRE(path != nullptr);
  write(bin / "git", "#!/bin/sh\necho \"$@\" >> '" + lines.string() + "'\nPATH='" + path +
                         "' GIT_TRACE='" + lines.string() + "' exec git \"$@\"\n");
  std::filesystem::permissions(bin / "git", std::filesystem::perms::owner_all);
  const ScopedVariable first("PATH", bin.string() + ":" + path);
  tip_of("http://me:s:%40%2Ft@" + server.host() + "/a.git");
  const auto seen = read_file(lines);
  CHECK_THAT(seen, ContainsSubstring("ls-remote") && ContainsSubstring("remote-http"));
  CHECK_THAT(seen, !ContainsSubstring("s:%40%2Ft") && !ContainsSubstring("s:@/t"));
}
