#include "core/git/ask/remotes.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/ask/file_server.hpp"
#include "tests/unit/core/git/ask/http_repository.hpp"
#include "tests/unit/core/git/ask/tips.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// What is told of the failure, by our own question and then by that of the git program.
std::string report(git::Remotes& remotes, const std::string& url, const std::string& branch = {}) {
  try {
    remotes.ask_tip(url, branch, kNever);
  } catch (const Error& error) {
    return error.report();
  }
  return "no error";
}

std::string report_of_program(const std::string& url, const std::string& branch = {}) {
  try {
    tip_by_program(url, branch);
  } catch (const Error& error) {
    return error.report();
  }
  return "no error";
}

std::string first_lines(const std::string& report) {
  return report.substr(0, report.find('\n', report.find('\n') + 1));
}

}  // namespace

TEST_CASE("what a repository lacks is told as the git program's answers are") {
  HttpRepository remote;
  remote.server.speak(GENERATE("", "version=2"));
  for (int i = 10; i < 22; ++i) remote.work.run({"branch", "b" + std::to_string(i)});
  remote.publish();
  const auto text = report(remote.remotes, remote.url(), "b1");
  CHECK_THAT(text, ContainsSubstring("has no branch 'b1'") && ContainsSubstring("'b10', 'b11'") &&
                       ContainsSubstring("'b19' and 4 more"));
  CHECK(text == report_of_program(remote.url(), "b1"));
  test::git(remote.dir.path() / "www/a.git", {"symbolic-ref", "HEAD", "refs/heads/gone"});
  CHECK_THAT(report(remote.remotes, remote.url()), ContainsSubstring("no default branch"));
  test::git(remote.dir.path(), {"init", "--quiet", "--bare", "www/empty.git"});
  const auto empty = remote.server.url("/empty.git");
  CHECK_THAT(report(remote.remotes, empty), ContainsSubstring("has no branches"));
  CHECK(report(remote.remotes, empty, "main") == report_of_program(empty, "main"));
  for (const auto& request : remote.server.requests())
    if (request.ends_with("empty.git")) CHECK_THAT(request, !ContainsSubstring("(git)"));
}

TEST_CASE("a repository that isn't there, and a name that git doesn't allow, say so") {
  HttpRepository remote;
  const auto url = remote.server.url("/none.git");
  const auto text = report(remote.remotes, url);
  CHECK_THAT(text, ContainsSubstring("there is no such repository"));
  CHECK(first_lines(text) == first_lines(report_of_program(url)));
  CHECK(remote.server.requests().front() == "POST /none.git/git-upload-pack");
  CHECK_THAT(report(remote.remotes, url, "--upload-pack=x"), ContainsSubstring("doesn't allow"));
  CHECK_THAT(report(remote.remotes, "ext::touch x"), ContainsSubstring("remote helpers"));
}

TEST_CASE("a host that isn't reached says so, without a password") {
  const PlainUser user;
  git::Remotes remotes(kHasty);
  const std::string url = "http://me:hunter2@127.0.0.1:1/a.git";
  const auto text = report(remotes, url);
  CHECK_THAT(text, ContainsSubstring("the host was not reached") &&
                       ContainsSubstring("Connection refused") && ContainsSubstring("3 times"));
  CHECK_THAT(text, !ContainsSubstring("hunter2"));
  CHECK(first_lines(text) == first_lines(report_of_program(url)));
}

TEST_CASE("a name without an address says so") {
  const PlainUser user;
  git::Remotes remotes(kHasty);
  CHECK_THAT(report(remotes, "http://nowhere.invalid/a.git"),
             ContainsSubstring("the host's name has no address"));
}

TEST_CASE("a repository on a plain web server is asked with the git program") {
  HttpRepository remote;
  test::git(remote.dir.path() / "www/a.git", {"update-server-info"});
  const FileServer server(remote.dir.path() / "www");
  CHECK(remote.remotes.ask_tip(server.url("/a.git"), "", kNever) ==
        git::Tip{"refs/heads/main", remote.commit});
  CHECK_THAT(report(remote.remotes, server.url("/b.git")),
             ContainsSubstring("there is no such repository"));
}

TEST_CASE("a server that doesn't speak TLS is told of in the git program's words") {
  const PlainUser user;
  scripted::Server server(
      {[](scripted::Connection& connection) { connection.send(scripted::answer(400, "")); }},
      scripted::Server::On::port);
  git::Remotes remotes(kHasty);
  const auto url = "https" + server.url().substr(4) + "/a.git";
  const auto text = report(remotes, url);
  CHECK_THAT(text, ContainsSubstring("git says"));
  CHECK(text == report_of_program(url));
}
