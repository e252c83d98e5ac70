#include <atomic>
#include <chrono>
#include <map>

#include "core/base/threads.hpp"
#include "core/git/ask/remotes.hpp"
#include "core/git/mirror/mirror_directory.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/ask/tips.hpp"
#include "tests/unit/core/git/mirror/tar_listing.hpp"
#include "tests/unit/core/git/test_repository.hpp"
#include "tests/unit/core/package/programs.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

struct MirrorSetup {
  TempDir dir;
  TestRepository remote{dir.path() / "remote of mine"};
  fs::path directory = dir.path() / "mirrors/x";
  git::Remotes remotes;
  mutable git::Mirror mirror{directory, remote.url(), remotes};

  git::Tip tip() const { return tip_of(remote.url(), "main"); }
  std::string pkgbuild(const std::string& commit) const {
    return mirror.read_file(commit, "PKGBUILD").value_or("none");
  }
  std::string in_mirror(std::vector<std::string> arguments) const {
    return test::git(directory, std::move(arguments));
  }
};

}  // namespace

TEST_CASE("a mirror holds one commit, without history, tags or hooks") {
  const MirrorSetup setup;
  setup.remote.commit({{"PKGBUILD", "1"}});
  setup.remote.run({"tag", "v1"});
  const auto commit = setup.remote.commit({{"PKGBUILD", "2"}});
  CHECK(setup.mirror.fetch(setup.tip(), kNever) == git::Tip{"refs/heads/main", commit});
  CHECK(setup.pkgbuild(commit) == "2");
  CHECK(setup.in_mirror({"rev-list", "--count", commit}) == "1");
  CHECK(setup.in_mirror({"for-each-ref", "--format=%(refname)"}) ==
        git::MirrorDirectory::ref_for("refs/heads/main"));
  CHECK(setup.in_mirror({"rev-parse", "--is-bare-repository"}) == "true");
  CHECK_FALSE(fs::exists(setup.directory / "hooks"));
  CHECK_FALSE(fs::exists(setup.directory / "FETCH_HEAD"));
}

TEST_CASE("what is here is not fetched again") {
  MirrorSetup setup;
  const auto commit = setup.remote.commit({{"PKGBUILD", "1"}});
  const auto tip = setup.tip();
  setup.mirror.fetch(tip, kNever);
  fs::remove_all(setup.remote.path());
  CHECK(setup.mirror.fetch(tip, kNever) == tip);
  CHECK(setup.pkgbuild(commit) == "1");
}

TEST_CASE("a branch that moved on since it was asked for gives what it was asked for") {
  MirrorSetup setup;
  const auto commit = setup.remote.commit({{"PKGBUILD", "1"}});
  const auto tip = setup.tip();
  setup.remote.commit({{"PKGBUILD", "2"}});
  CHECK(setup.mirror.fetch(tip, kNever) == tip);
  CHECK(setup.pkgbuild(commit) == "1");
}

TEST_CASE("a branch that was rewritten since it was asked for gives its new tip") {
  MirrorSetup setup;
  if (GENERATE(false, true)) {
    setup.remote.commit({{"PKGBUILD", "0"}});
    setup.mirror.fetch(setup.tip(), kNever);
  }
  setup.remote.commit({{"PKGBUILD", "1"}});
  const auto tip = setup.tip();
  setup.remote.run({"commit", "--quiet", "--amend", "--message", "another"});
  setup.remote.forget_what_no_ref_names();
  const auto commit = setup.tip().commit;
  CHECK(setup.mirror.fetch(tip, kNever).commit == commit);
  CHECK(setup.pkgbuild(commit) == "1");
}

TEST_CASE("a branch forced back to an older commit is followed") {
  MirrorSetup setup;
  const auto old = setup.remote.commit({{"PKGBUILD", "1"}});
  setup.remote.commit({{"PKGBUILD", "2"}});
  setup.mirror.fetch(setup.tip(), kNever);
  setup.remote.run({"reset", "--quiet", "--hard", old});
  CHECK(setup.mirror.fetch(setup.tip(), kNever).commit == old);
  CHECK(setup.pkgbuild(old) == "1");
}

TEST_CASE("a branch that is gone says so") {
  MirrorSetup setup;
  setup.remote.commit({{"PKGBUILD", "1"}});
  setup.remote.run({"branch", "gone"});
  setup.remote.run({"commit", "--quiet", "--amend", "--message", "another"});
  const auto tip = tip_of(setup.remote.url(), "gone");
  setup.remote.run({"branch", "--quiet", "-D", "gone"});
  setup.remote.forget_what_no_ref_names();
  CHECK_THROWS_WITH(setup.mirror.fetch(tip, kNever), ContainsSubstring("the branch is gone"));
}

TEST_CASE("a remote that is shallow itself can be mirrored") {
  MirrorSetup setup;
  setup.remote.commit({{"PKGBUILD", "1"}});
  const auto commit = setup.remote.commit({{"PKGBUILD", "2"}});
  const auto shallow = setup.dir.path() / "shallow.git";
  test::git(setup.dir.path(),
            {"clone", "--quiet", "--bare", "--depth=1", setup.remote.url(), shallow.string()});
  git::Mirror mirror(setup.directory, "file://" + shallow.string(), setup.remotes);
  CHECK(mirror.fetch({"refs/heads/main", commit}, kNever).commit == commit);
  CHECK(mirror.read_file(commit, "PKGBUILD") == "2");
}

TEST_CASE("a repository with SHA-256 names can be mirrored, also where a SHA-1 mirror was") {
  MirrorSetup setup;
  setup.remote.commit({{"PKGBUILD", "1"}});
  setup.mirror.fetch(setup.tip(), kNever);
  const auto path = setup.remote.path();
  fs::remove_all(path);
  fs::create_directories(path);
  test::git(path, {"init", "--quiet", "--object-format=sha256"});
  const auto commit = setup.remote.commit({{"PKGBUILD", "2"}});
  REQUIRE(commit.size() == 64);
  CHECK(setup.mirror.fetch(setup.tip(), kNever).commit == commit);
  CHECK(setup.pkgbuild(commit) == "2");
}

TEST_CASE("a mirror of another URL is made anew") {
  MirrorSetup setup;
  const auto old = setup.remote.commit({{"PKGBUILD", "1"}});
  setup.mirror.fetch(setup.tip(), kNever);
  const TestRepository other(setup.dir.path() / "other");
  const auto commit = other.commit({{"PKGBUILD", "other"}});
  git::Mirror mirror(setup.directory, other.url(), setup.remotes);
  CHECK(mirror.fetch({"refs/heads/main", commit}, kNever).commit == commit);
  CHECK(mirror.read_file(commit, "PKGBUILD") == "other");
  CHECK_THROWS_AS(mirror.read_file(old, "PKGBUILD"), Error);
}

TEST_CASE("a damaged mirror is made anew") {
  MirrorSetup setup;
  const auto commit = setup.remote.commit({{"PKGBUILD", "1"}});
  const auto tip = setup.tip();
  setup.mirror.fetch(tip, kNever);
  git::Mirror mirror(setup.directory, setup.remote.url(), setup.remotes);  // of the next run

  SECTION("its HEAD is gone") {
    fs::remove(setup.directory / "HEAD");
  }
  SECTION("it is a file") {
    fs::remove_all(setup.directory);
    write(setup.directory, "x");
  }
  SECTION("a lock was left behind, and the branch has moved") {
    write(setup.directory / (git::MirrorDirectory::ref_for("refs/heads/main") + ".lock"), "");
    write(setup.directory / "shallow.lock", "");
    const auto next = setup.remote.commit({{"PKGBUILD", "2"}});
    CHECK(mirror.fetch(setup.tip(), kNever).commit == next);
    CHECK(mirror.read_file(next, "PKGBUILD") == "2");
    return;
  }
  SECTION("a power cut left empty files") {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(setup.directory))
      if (entry.is_regular_file() && entry.path().filename() != "pkgkiln-origin")
        files.push_back(entry.path());
    for (const auto& file : files) {
      fs::remove(file);
      write(file, "");
    }
  }
  SECTION("its objects are gone, which shows when it is read") {
    fs::remove_all(setup.directory / "objects");
    fs::create_directories(setup.directory / "objects");
    CHECK_THROWS_WITH(mirror.read_file(commit, "PKGBUILD"), ContainsSubstring("cannot read"));
  }
  CHECK(mirror.fetch(tip, kNever).commit == commit);
  CHECK(mirror.read_file(commit, "PKGBUILD") == "1");
}

TEST_CASE("a commit that names no tree is damage") {
  MirrorSetup setup;
  setup.remote.commit({{"PKGBUILD", "1"}});
  setup.mirror.fetch(setup.tip(), kNever);
  const auto commit = test::git(
      setup.directory, {"hash-object", "-t", "commit", "-w", "--literally", "--stdin"}, "x");
  CHECK_THROWS_WITH(setup.mirror.read_file(commit, "PKGBUILD"), ContainsSubstring("cannot read"));
}

TEST_CASE("all branches share a mirror, whose fetched commits stay") {
  MirrorSetup setup;
  const auto one = setup.remote.commit({{"PKGBUILD", "1"}});
  setup.mirror.fetch(setup.tip(), kNever);
  setup.remote.run({"checkout", "--quiet", "-b", "a/b"});
  const auto two = setup.remote.commit({{"PKGBUILD", "2"}});
  const auto tip = [&](const std::string& branch) { return tip_of(setup.remote.url(), branch); };
  CHECK(setup.mirror.fetch(tip("a/b"), kNever).commit == two);
  // A branch may take the place of a directory of branches.
  setup.remote.run({"checkout", "--quiet", "main"});
  setup.remote.run({"branch", "--quiet", "-D", "a/b"});
  setup.remote.run({"branch", "a"});
  CHECK(setup.mirror.fetch(tip("a"), kNever).commit == one);
  CHECK(setup.pkgbuild(one) == "1");
  CHECK(setup.pkgbuild(two) == "2");
}

TEST_CASE("many threads read in one mirror, which is fetched once", "[concurrent]") {
  MirrorSetup setup;
  std::map<std::string, std::string> files;
  for (int i = 0; i < 40; ++i) files["p" + std::to_string(i) + "/PKGBUILD"] = std::to_string(i);
  const auto commit = setup.remote.commit(files);
  git::Mirrors mirrors(setup.dir.path() / "shared", setup.remotes);
  const auto url = setup.remote.url();
  std::atomic<int> right{0};
  in_threads(
      8,
      [&] {
        const auto mirror = mirrors.of(url);
        const auto tip = mirror->fetch(mirrors.ask_tip(url, "main", kNever), kNever);
        for (int i = 0; i < 40; ++i)
          if (tip.commit == commit &&
              mirror->read_file(commit, "p" + std::to_string(i) + "/PKGBUILD") == std::to_string(i))
            ++right;
      },
      [] {});
  CHECK(right == 320);
  const auto packs = setup.dir.path() / "shared" / git::Mirrors::name_of(url) / "objects/pack";
  int count = 0;
  for (const auto& entry : fs::directory_iterator(packs))
    if (entry.path().extension() == ".pack") ++count;
  CHECK(count == 1);
}

TEST_CASE("a tip is asked for once, whatever the answer") {
  MirrorSetup setup;
  setup.remote.commit({{"PKGBUILD", "1"}});
  git::Mirrors mirrors(setup.dir.path() / "shared", setup.remotes);
  const auto url = setup.remote.url();
  const auto tip = mirrors.ask_tip(url, "main", kNever);
  CHECK_THROWS_WITH(mirrors.ask_tip(url, "gone", kNever), ContainsSubstring("gone"));
  setup.remote.commit({{"PKGBUILD", "2"}});
  setup.remote.run({"branch", "gone"});
  CHECK(mirrors.ask_tip(url, "main", kNever) == tip);
  CHECK_THROWS_WITH(mirrors.ask_tip(url, "gone", kNever), ContainsSubstring("gone"));
}

TEST_CASE("a blob that is damaged shows in the export and is mended by the next fetch") {
  MirrorSetup setup;
  const auto commit = setup.remote.commit({{"PKGBUILD", "1"}});
  const auto tip = setup.tip();
  setup.mirror.fetch(tip, kNever);
  const auto packs = setup.directory / "objects/pack";
  for (const auto& entry : fs::directory_iterator(packs)) {
    if (entry.path().extension() != ".pack") continue;
    const auto all = test::git(setup.directory, {"cat-file", "-p", commit + "^{tree}"});
    // Keeps commit and tree, drops the blob.
    const auto ids = commit + "\n" + setup.in_mirror({"rev-parse", commit + "^{tree}"}) + "\n";
    test::git(setup.directory, {"pack-objects", "--quiet", (setup.dir.path() / "part").string()},
              ids);
    break;
  }
  fs::remove_all(packs);
  fs::create_directories(packs);
  for (const auto& entry : fs::directory_iterator(setup.dir.path()))
    if (entry.path().filename().string().starts_with("part-"))
      fs::copy(entry.path(), packs / ("pack-" + entry.path().filename().string().substr(5)));
  std::string tar;
  const auto sink = [&](std::string_view bytes) { tar += bytes; };
  CHECK_THROWS_AS(export_tar(setup.mirror, commit, "", 0, sink, kNever), Error);
  CHECK(setup.mirror.fetch(tip, kNever).commit == commit);
  CHECK_NOTHROW(export_tar(setup.mirror, commit, "", 0, sink, kNever));
}

TEST_CASE("old objects don't gather for ever") {
  MirrorSetup setup;
  for (int i = 0; i < 55; ++i) {
    setup.remote.commit({{"PKGBUILD", std::to_string(i)}});
    git::Mirror(setup.directory, setup.remote.url(), setup.remotes).fetch(setup.tip(), kNever);
  }
  const auto packs = fs::directory_iterator(setup.directory / "objects/pack");
  CHECK(std::distance(begin(packs), end(packs)) < 3 * 50);
  CHECK(setup.pkgbuild(setup.tip().commit) == "54");
}

TEST_CASE("the URL's password is neither in the mirror nor shown") {
  const TempDir dir;
  git::Remotes remotes;
  git::Mirror mirror(dir.path() / "x", "http://me:hunter2@127.0.0.1:1/a.git", remotes);
  CHECK_THROWS_WITH(mirror.fetch({"refs/heads/main", std::string(40, 'a')}, kNever),
                    ContainsSubstring("not reached") && !ContainsSubstring("hunter2"));
  for (const auto& entry : fs::recursive_directory_iterator(dir.path()))
    if (entry.is_regular_file()) CHECK_THAT(read_file(entry.path()), !ContainsSubstring("hunter2"));
}

TEST_CASE("what was never asked for can't be fetched") {
  MirrorSetup setup;
  setup.remote.commit({{"PKGBUILD", "1"}});
  CHECK_THROWS_AS(setup.mirror.fetch({"--upload-pack=x", std::string(40, 'a')}, kNever), Error);
  CHECK_THROWS_AS(setup.mirror.fetch({"refs/heads/main", "--help"}, kNever), Error);
  CHECK_FALSE(fs::exists(setup.directory));
}

TEST_CASE("a repository of another user is read where git itself would read it") {
  const TempDir dir;
  const TestRepository remote(dir.path() / "remote");
  const auto commit = remote.commit({{"PKGBUILD", "x"}});
  // As if it belonged to somebody else, for this git and for the upload-pack that it starts.
  write(dir.path() / "bin/git",
        "#!/bin/sh\nPATH=${PATH#*:} GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec git \"$@\"\n");
  fs::permissions(dir.path() / "bin/git", fs::perms::owner_all);
  const ScopedVariable path("PATH", (dir.path() / "bin").string() + ":" + std::getenv("PATH"));
  const ScopedVariable no_system("GIT_CONFIG_NOSYSTEM", "1");
  const ScopedVariable global("GIT_CONFIG_GLOBAL", (dir.path() / "config").string());
  const auto fetched = [&] {
    git::Remotes remotes;
    git::Mirror mirror(dir.path() / "mirror", remote.url(), remotes);
    return mirror.fetch(remotes.ask_tip(remote.url(), "", kNever), kNever).commit;
  };
  write(dir.path() / "config", "[user]\n\tname = x\n");
  // Newer ones only refuse to run in such a repository.
  if (run_program({"git", "ls-remote", remote.url()}).code == 0)
    CHECK(fetched() == commit);
  else
    CHECK_THROWS_WITH(fetched(), ContainsSubstring("another user"));
  write(dir.path() / "config", "[safe]\n\tdirectory = /elsewhere\n\tdirectory = " +
                                   (remote.path() / ".git").string() + "\n");
  CHECK(fetched() == commit);
}
