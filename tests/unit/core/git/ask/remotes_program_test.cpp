#include <chrono>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/ask/tips.hpp"
#include "tests/unit/core/git/test_repository.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string report(const std::string& url, const std::string& branch = {}) {
  try {
    tip_of(url, branch);
  } catch (const Error& error) {
    return error.report();
  }
  return "no error";
}

}  // namespace

TEST_CASE("the tip of a branch and of the default branch are asked for") {
  const TempDir dir;
  const TestRepository remote(dir.path() / "a repository");
  const auto first = remote.commit({{"PKGBUILD", "1"}});
  remote.run({"branch", "old/one"});
  const auto second = remote.commit({{"PKGBUILD", "2"}});
  CHECK(tip_of(remote.url()) == git::Tip{"refs/heads/main", second});
  CHECK(tip_of(remote.url(), "old/one") == git::Tip{"refs/heads/old/one", first});
  CHECK(tip_of(remote.path().string()).commit == second);
}

TEST_CASE("a branch is not found by the end of another's name") {
  const TempDir dir;
  const TestRepository remote(dir.path() / "r");
  remote.commit({{"PKGBUILD", "1"}});
  remote.run({"branch", "refs/heads/x"});
  CHECK_THAT(report(remote.url(), "x"), ContainsSubstring("no branch 'x'"));
}

TEST_CASE("a detached HEAD is asked for as HEAD") {
  const TempDir dir;
  const TestRepository remote(dir.path() / "r");
  const auto commit = remote.commit({{"PKGBUILD", "1"}});
  remote.run({"checkout", "--quiet", "--detach"});
  CHECK(tip_of(remote.url()) == git::Tip{"HEAD", commit});
}

TEST_CASE("a missing branch is named with those that there are") {
  const TempDir dir;
  const TestRepository remote(dir.path() / "r");
  remote.commit({{"PKGBUILD", "1"}});
  for (int i = 10; i < 22; ++i) remote.run({"branch", "b" + std::to_string(i)});
  const auto text = report(remote.url(), "mian");
  CHECK_THAT(text, ContainsSubstring("has no branch 'mian'"));
  CHECK_THAT(text, ContainsSubstring("'b10', 'b11'"));
  CHECK_THAT(text, ContainsSubstring("'b19' and 3 more"));
  CHECK_THAT(text, !ContainsSubstring("b20"));
}

TEST_CASE("a repository without commits, and one whose HEAD names nothing, say so") {
  const TempDir dir;
  const TestRepository remote(dir.path() / "r");
  CHECK_THAT(report(remote.url()), ContainsSubstring("has no branches"));
  remote.commit({{"PKGBUILD", "1"}});
  remote.run({"symbolic-ref", "HEAD", "refs/heads/gone"});
  CHECK_THAT(report(remote.url()),
             ContainsSubstring("no default branch") && ContainsSubstring("'main'"));
}

TEST_CASE("a repository that isn't there says so") {
  CHECK_THAT(report("file:///nonexistent/a.git"),
             ContainsSubstring("cannot ask 'file:///nonexistent/a.git'") &&
                 ContainsSubstring("there is no folder '/nonexistent/a.git'"));
}

TEST_CASE("a host that refuses is not reached, and its URL's password is not shown") {
  const auto text = report("http://me:hunter2@127.0.0.1:1/a.git");
  CHECK_THAT(text, ContainsSubstring("the host was not reached"));
  CHECK_THAT(text, !ContainsSubstring("hunter2"));
}

TEST_CASE("remote helpers and names that git doesn't allow are refused") {
  const TempDir dir;
  const auto proof = dir.path() / "proof";
  CHECK_THAT(report("ext::touch " + proof.string()), ContainsSubstring("remote helpers"));
  CHECK_FALSE(std::filesystem::exists(proof));
  CHECK_THAT(report("file:///x", "--upload-pack=x"), ContainsSubstring("doesn't allow"));
}

TEST_CASE("of the user's configuration only what is about transport has an effect") {
  const TempDir dir;
  const TestRepository remote(dir.path() / "r");
  const auto commit = remote.commit({{"PKGBUILD", "1"}});
  const auto proof = dir.path() / "proof";
  const auto config = dir.path() / "config";
  write(config, "[alias]\n\tls-remote = \"!touch " + proof.string() +
                    "\"\n[core]\n\tfsmonitor = touch " + proof.string() +
                    "\n[protocol]\n\tallow = always\n[protocol \"file\"]\n\tallow = never\n" +
                    "[url \"file://" + dir.path().string() + "/\"]\n\tinsteadOf = short:\n" +
                    "[url \"ext::touch " + proof.string() + " \"]\n\tinsteadOf = evil:\n");
  const ScopedVariable global("GIT_CONFIG_GLOBAL", config.string());
  CHECK(tip_of("short:r").commit == commit);
  CHECK_THAT(report("evil:x"), ContainsSubstring("not allowed"));
  CHECK_FALSE(std::filesystem::exists(proof));
}

TEST_CASE("the user's ssh command is used") {
  const TempDir dir;
  const auto script = dir.path() / "ssh";
  write(script, "#!/bin/sh\necho \"called for $*\" >&2\nexit 255\n");
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  const auto config = dir.path() / "config";
  write(config, "[core]\n\tsshCommand = " + script.string() + "\n[ssh]\n\tvariant = simple\n");
  const ScopedVariable global("GIT_CONFIG_GLOBAL", config.string());
  CHECK_THAT(report("ssh://git@example.com/a.git"),
             ContainsSubstring("called for git@example.com git-upload-pack '/a.git'"));
}

TEST_CASE("the configuration of the current directory's repository has no effect") {
  const TempDir dir;
  const TestRepository remote(dir.path() / "r");
  const auto commit = remote.commit({{"PKGBUILD", "1"}});
  remote.run({"config", "url.file:///nonexistent/.insteadOf", remote.url()});
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(remote.path());
  const auto text = report(remote.url());
  std::filesystem::current_path(before);
  CHECK(text == "no error");
}

TEST_CASE("a host that doesn't answer is given up when asked to stop") {
  const TempDir dir;
  const auto script = dir.path() / "ssh";
  write(script, "#!/bin/sh\nexec sleep 60\n");
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  const ScopedVariable ssh("GIT_SSH_COMMAND", script.string());
  const auto begin = std::chrono::steady_clock::now();
  const auto soon = Cancellation::never().with_deadline(begin + std::chrono::milliseconds(300));
  CHECK_THROWS_AS(tip_of("ssh://example.com/a.git", "", soon), Cancelled);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}
