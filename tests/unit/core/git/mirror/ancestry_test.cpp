#include <algorithm>
#include <chrono>

#include "core/git/ask/remotes.hpp"
#include "core/git/mirror/mirror_directory.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/ask/file_server.hpp"
#include "tests/unit/core/git/ask/http_repository.hpp"
#include "tests/unit/core/git/ask/tips.hpp"
#include "tests/unit/core/git/test_repository.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

struct HistorySetup {
  TempDir dir;
  TestRepository remote{dir.path() / "remote"};
  fs::path directory = dir.path() / "mirror";
  git::Remotes remotes;
  git::Mirror mirror{directory, remote.url(), remotes};

  git::Tip tip() const { return tip_of(remote.url(), "main"); }
  git::Tip fetch() { return mirror.fetch(tip(), kNever); }
  bool leads_to(const std::string& older) { return mirror.leads_to(older, tip(), kNever); }
  std::string back(int commits) const {
    return remote.run({"rev-parse", "main~" + std::to_string(commits)});
  }
  /// So many commits on main.
  void grow(int commits) const {
    std::string stream;
    const std::string has_main = remote.run({"for-each-ref", "refs/heads/main"});
    for (int i = 0; i < commits; ++i) {
      stream += "commit refs/heads/main\ncommitter A <a@example.com> 1700000000 +0000\ndata 1\nx\n";
      if (i == 0 && !has_main.empty()) stream += "from refs/heads/main^0\n";
      stream += "M 644 inline PKGBUILD\ndata <<end\n" + std::to_string(i) + "\nend\n\n";
    }
    remote.run({"fast-import", "--quiet", "--force"}, stream);
  }
  /// Newer versions of Git write more files beside each.
  std::ptrdiff_t packs() const {
    return std::ranges::count(newest_first(directory / "objects/pack"), ".pack",
                              [](const fs::path& file) { return file.extension(); });
  }
  std::size_t files_below(const fs::path& path) const {
    return newest_first(directory / path).size();
  }
};

}  // namespace

TEST_CASE("a commit leads to itself and to the next without asking the remote") {
  HistorySetup setup;
  setup.grow(3);
  const auto first = setup.fetch().commit;
  setup.grow(1);
  const auto second = setup.fetch().commit;
  setup.grow(1);
  const auto parent = setup.back(0);
  const auto tip = setup.tip();
  setup.mirror.fetch(tip, kNever);
  fs::remove_all(setup.remote.path());
  for (const auto& older : {tip.commit, parent, second, first})
    CHECK(setup.mirror.leads_to(older, tip, kNever));
  CHECK_THROWS_WITH(setup.mirror.leads_to(std::string(40, 'a'), tip, kNever),
                    ContainsSubstring("cannot read the history of"));
}

TEST_CASE("ancestors are found in the remote's history, whatever it can leave out") {
  HistorySetup setup;
  setup.grow(350);
  const auto* filters = GENERATE("true", "false", "refused");
  setup.remote.run(
      {"config", "uploadpack.allowFilter", filters == std::string("false") ? "0" : "1"});
  if (filters == std::string("refused"))
    setup.remote.run({"config", "uploadpackfilter.tree.allow", "false"});
  const auto tip = setup.fetch();
  for (const int back : {1, 20, 299, 349}) {
    CAPTURE(back, filters);
    CHECK(setup.leads_to(setup.back(back)));
  }
  CHECK_FALSE(setup.leads_to(std::string(40, 'a')));
  CHECK_FALSE(setup.leads_to("main"));
  CHECK_FALSE(setup.leads_to(std::string(64, 'a')));
  // Nothing of that is in the mirror.
  CHECK_FALSE(fs::exists(setup.directory / "history"));
  CHECK(test::git(setup.directory, {"rev-list", "--count", tip.commit}) == "1");
  CHECK(setup.packs() == 1);
  setup.grow(1);
  const auto next = setup.fetch().commit;
  CHECK(test::git(setup.directory, {"rev-list", "--count", next}) == "1");
  CHECK(setup.mirror.read_file(next, "PKGBUILD") == "0\n");
  CHECK_THAT(read_file(setup.directory / "config"), !ContainsSubstring("promisor"));
}

TEST_CASE("the history of a repository with SHA-256 names is looked at as well") {
  HistorySetup setup;
  fs::remove_all(setup.remote.path());
  fs::create_directories(setup.remote.path());
  test::git(setup.remote.path(), {"init", "--quiet", "--object-format=sha256"});
  setup.grow(3);
  setup.fetch();
  CHECK(setup.back(2).size() == 64);
  CHECK(setup.leads_to(setup.back(2)));
  CHECK(setup.mirror.recover(setup.back(2), kNever));
}

TEST_CASE("what a branch was before it was rewritten doesn't lead to it") {
  HistorySetup setup;
  setup.grow(5);
  const auto old = setup.fetch().commit;
  setup.remote.run({"update-ref", "refs/heads/main", setup.back(1)});
  setup.grow(2);
  const auto tip = setup.fetch();
  CHECK_FALSE(setup.leads_to(old));
  CHECK(setup.leads_to(setup.back(2)));
  CHECK_FALSE(setup.mirror.leads_to(tip.commit, {tip.ref, old}, kNever));
}

TEST_CASE("what was merged leads to the tip, another branch doesn't") {
  HistorySetup setup;
  setup.grow(40);
  setup.remote.run({"branch", "side"});
  setup.remote.run({"checkout", "--quiet", "--force", "side"});
  const auto merged = setup.remote.commit({{"side", "1"}});
  const auto sibling = setup.remote.commit({{"side", "2"}});
  setup.remote.run({"checkout", "--quiet", "main"});
  setup.remote.commit({{"main", "1"}});
  setup.remote.run({"merge", "--quiet", "-m", "merge", merged});
  setup.grow(40);
  setup.fetch();
  CHECK(setup.leads_to(merged));
  CHECK_FALSE(setup.leads_to(sibling));
}

TEST_CASE("a history is looked at no further than 2,000 commits") {
  HistorySetup setup;
  setup.grow(2'100);
  CHECK(setup.leads_to(setup.back(1'500)));
  CHECK_FALSE(setup.leads_to(setup.back(2'050)));
}

TEST_CASE("the files of a long history are only fetched in bounded size") {
  HistorySetup setup;
  setup.remote.run({"config", "core.compression", "0"});
  for (char i = 0; i < 5; ++i) setup.remote.commit({{"large", std::string(15U << 20U, i)}});
  CHECK_FALSE(setup.leads_to(setup.back(4)));
  CHECK_FALSE(fs::exists(setup.directory / "history"));
  setup.remote.run({"config", "uploadpack.allowFilter", "1"});
  CHECK(setup.leads_to(setup.back(4)));
}

TEST_CASE("the history on a plain web server is looked at", "[concurrent]") {
  const PlainUser user;
  HistorySetup setup;
  setup.grow(40);
  test::git(setup.remote.path() / ".git", {"update-server-info"});
  FileServer server(setup.remote.path());
  git::Mirror mirror(setup.dir.path() / "other", server.url("/.git"), setup.remotes);
  const auto tip = setup.tip();
  if (GENERATE(false, true)) mirror.fetch(tip, kNever);
  CHECK(mirror.leads_to(setup.back(39), tip, kNever));
  CHECK_FALSE(mirror.leads_to(std::string(40, 'a'), tip, kNever));
}

TEST_CASE("a history that can't be asked for is an error") {
  const TempDir dir;
  git::Remotes remotes;
  git::Mirror mirror(dir.path() / "x", "http://127.0.0.1:1/a.git", remotes);
  const git::Tip tip{"refs/heads/main", std::string(40, 'a')};
  CHECK_THROWS_WITH(
      mirror.leads_to(std::string(40, 'b'), tip, kNever),
      ContainsSubstring("cannot read the history of") && ContainsSubstring("not reached"));
  CHECK_THROWS_WITH(mirror.recover(std::string(40, 'b'), kNever),
                    ContainsSubstring("cannot fetch") && ContainsSubstring("not reached"));
  CHECK(mirror.leads_to(tip.commit, tip, kNever));
}

TEST_CASE("what a branch was is recovered from the remote, and stays") {
  HistorySetup setup;
  setup.grow(3);
  const auto old = setup.back(0), gone = setup.back(1);
  setup.remote.run({"update-ref", "refs/heads/main", setup.back(2)});
  setup.fetch();
  CHECK_THROWS_AS(setup.mirror.read_file(old, "PKGBUILD"), Error);
  CHECK(setup.mirror.recover(old, kNever));
  setup.remote.forget_what_no_ref_names();
  setup.grow(1);
  const auto next = setup.fetch().commit;
  CHECK_FALSE(setup.mirror.recover(gone, kNever));
  SECTION("with the same mirror") {
    CHECK(setup.mirror.recover(old, kNever));
    CHECK(setup.mirror.read_file(old, "PKGBUILD") == "2\n");
  }
  SECTION("with one that is made anew since it holds too much") {
    for (int i = 0; i < 50; ++i)
      write(setup.directory / "objects/pack" / (std::to_string(i) + ".pack"), "");
    git::Mirror mirror(setup.directory, setup.remote.url(), setup.remotes);
    mirror.fetch(setup.tip(), kNever);
    CHECK(setup.files_below("objects/pack") < 10);
    CHECK(mirror.recover(old, kNever));
    CHECK(mirror.read_file(old, "PKGBUILD") == "2\n");
    CHECK(mirror.read_file(next, "PKGBUILD") == "0\n");
    CHECK(newest_first(setup.dir.path()).size() == 2);
  }
}

TEST_CASE("what is here is recovered without the remote, unless a file of it is missing") {
  HistorySetup setup;
  setup.grow(1);
  const auto tip = setup.fetch();
  fs::remove_all(setup.remote.path());
  if (GENERATE(true, false)) {
    CHECK(setup.mirror.recover(tip.commit, kNever));
    CHECK_FALSE(setup.mirror.recover("main", kNever));
    return;
  }
  const auto ids =
      tip.commit + "\n" + test::git(setup.directory, {"rev-parse", tip.commit + "^{tree}"}) + "\n";
  const auto part = setup.dir.path() / "part";
  fs::create_directories(part);
  test::git(setup.directory, {"pack-objects", "--quiet", (part / "pack").string()}, ids);
  fs::remove_all(setup.directory / "objects/pack");
  fs::rename(part, setup.directory / "objects/pack");
  CHECK_THROWS_AS(setup.mirror.recover(tip.commit, kNever), Error);
}

TEST_CASE("only so many commits are kept for having been asked for") {
  HistorySetup setup;
  setup.grow(2);
  setup.fetch();
  const auto kept = git::MirrorDirectory::ref_to_keep(setup.back(1));
  const auto folder = (setup.directory / kept).parent_path();
  const auto name = [&](int i) { return folder / (std::string(36, 'a') + std::to_string(i)); };
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
  const auto tip = setup.back(0) + "\n";
  for (int i = 1'000; i < 2'000; ++i) {
    write(name(i), tip);
    fs::last_write_time(name(i), long_ago + std::chrono::seconds(i));
  }
  CHECK(setup.mirror.recover(setup.back(1), kNever));
  CHECK(setup.files_below(fs::path(kept).parent_path()) == 1'000);
  CHECK(fs::exists(setup.directory / kept));
  CHECK_FALSE(fs::exists(name(1'000)));
  CHECK(fs::exists(name(1'001)));
}

TEST_CASE("a server that only gives what its refs name gives no former commit", "[concurrent]") {
  HttpRepository remote;
  remote.server.speak("");
  const auto former = remote.work.run({"rev-parse", "main~1"});
  const auto named = remote.work.run({"rev-parse", "old/one"});
  remote.work.run({"branch", "--quiet", "-D", "old/one"});
  remote.publish();
  git::Mirror mirror(remote.dir.path() / "mirror", remote.url(), remote.remotes);
  CHECK(mirror.recover(remote.commit, kNever));
  CHECK_FALSE(mirror.recover(former, kNever));
  CHECK(mirror.leads_to(named, {"refs/heads/main", remote.commit}, kNever));
}

TEST_CASE("of a folder there is no history, and what was copied of it is what there is") {
  HistorySetup setup;
  write(setup.dir.path() / "folder/PKGBUILD", "1");
  git::Mirror mirror(setup.directory, (setup.dir.path() / "folder").string(), setup.remotes,
                     git::Mirror::Of::folder);
  git::Mirrors mirrors(setup.dir.path() / "all", setup.remotes);
  const auto tip = mirrors.ask_tip((setup.dir.path() / "folder").string(), "", kNever);
  CHECK_FALSE(mirror.recover(tip.commit, kNever));
  mirror.fetch(tip, kNever);
  CHECK(mirror.recover(tip.commit, kNever));
  CHECK(mirror.leads_to(std::string(40, 'a'), tip, kNever));
}
