#include "core/plan/planner.hpp"

#include <algorithm>

#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/test_repository.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Holds what it is told to, or can't be asked.
class FakeRepository : public Repository {
 public:
  const std::string& name() const override { return name_; }
  bool contains(const pacman::PackageFileName& file) override {
    if (down) throw Error("the repository is down");
    return std::find(files.begin(), files.end(), file.text()) != files.end();
  }
  std::optional<ListedFile> listed(const pacman::PackageFileName& file) override {
    return contains(file) ? std::optional(ListedFile{sha256}) : std::nullopt;
  }
  Published publish(const std::vector<pacman::PackageArchive>&, const Terms&) override {
    return {};
  }
  std::optional<Offer> offer(const std::vector<std::string>&) override { return std::nullopt; }
  void check() override {}

  std::vector<std::string> files;
  std::string sha256;  // of all of them
  bool down = false;

 private:
  std::string name_ = "repo";
};

struct PlannedTarget {
  TempDir directory;
  StateDir state{directory.path() / "state"};
  History history{state};
  Repositories repositories;
  git::Remotes remotes;
  FakeRepository* repository = nullptr;
  test::TestRepository upstream{directory.path() / "upstream"};
  Target target;
  BuildRecord record;

  PlannedTarget() {
    auto owned = std::make_unique<FakeRepository>();
    repository = owned.get();
    repositories.add(std::move(owned));
    target.name = "foo";
    target.repository = "repo";
    target.url = upstream.url();
    record.build = "1";
    record.target = target.name;
    record.url = target.url;
    record.repository = target.repository;
    record.status = Status::built;
    record.commit = upstream.commit({{"PKGBUILD", "pkgname=foo\n"}});
    record.files = {{"foo-1-1-any.pkg.tar.zst", "00"}, {"foo-data-1-1-any.pkg.tar.zst", "00"}};
    repository->files = {"foo-1-1-any.pkg.tar.zst", "foo-data-1-1-any.pkg.tar.zst"};
  }

  Job decide() {
    PackagingSources sources(state.mirrors(), remotes);
    return Planner(sources, history, repositories, remotes, "x86_64", {})
        .decide(target, Cancellation::never());
  }
  Plan plan() { return decide().plan; }
  std::string why_build() {
    const auto decided = plan();
    REQUIRE(std::holds_alternative<Build>(decided.decision));
    return std::get<Build>(decided.decision).why;
  }
};

}  // namespace

TEST_CASE("what was never built is built") {
  PlannedTarget situation;
  CHECK(situation.why_build() == "it was never built here");
}

TEST_CASE("an unmoved commit whose files are published is skipped", "[concurrent]") {
  PlannedTarget situation;
  situation.history.record(situation.record);
  const auto plan = situation.plan();
  REQUIRE(std::holds_alternative<Skip>(plan.decision));
  CHECK_THAT(
      std::get<Skip>(plan.decision).why,
      ContainsSubstring("refs/heads/") && ContainsSubstring("2 files are published in repo"));
  CHECK(plan.commit == situation.record.commit);
}

TEST_CASE("in doubt it builds") {
  PlannedTarget situation;
  auto& record = situation.record;
  SECTION("the branch moved") {
    situation.history.record(record);
    situation.upstream.commit({{"PKGBUILD", "pkgname=foo # new\n"}});
    CHECK_THAT(situation.why_build(), ContainsSubstring("moved from"));
  }
  SECTION("one file of the set is gone") {
    situation.history.record(record);
    situation.repository->files.pop_back();
    CHECK_THAT(situation.why_build(), ContainsSubstring("foo-data-1-1"));
  }
  SECTION("a file was replaced") {
    situation.history.record(record);
    situation.repository->sha256 = "11";
    CHECK_THAT(situation.why_build(), ContainsSubstring("with other content"));
  }
  SECTION("only a container knows of its sources") {
    record.vcs_sources = {{"hg+https://example.org/foo", {}}};
    situation.history.record(record);
    CHECK_THAT(situation.why_build(), ContainsSubstring("only a container can tell"));
  }
  SECTION("only its pkgver() knows of its version") {
    record.vcs_sources = {{"pkgver()", {}}};
    situation.history.record(record);
    CHECK(situation.why_build() ==
          "only a container can tell whether its pkgver() gives another version");
  }
  SECTION("nobody knows where its source was") {
    record.vcs_sources = {{"git+https://example.org/foo", {}}};
    situation.history.record(record);
    CHECK_THAT(situation.why_build(), ContainsSubstring("it was not known"));
  }
  SECTION("it is another target now") {
    record.path = "elsewhere";
    situation.history.record(record);
    CHECK_THAT(situation.why_build(), ContainsSubstring("changed"));
  }
  SECTION("no file is recorded") {
    record.files.clear();
    situation.history.record(record);
    CHECK_THAT(situation.why_build(), ContainsSubstring("no file"));
  }
  SECTION("a recorded file has no name of a package") {
    record.files.front().file_name = "../../etc/passwd";
    situation.history.record(record);
    CHECK_THAT(situation.why_build(), ContainsSubstring("not published"));
  }
  SECTION("its last build failed") {
    record.status = Status::failed;
    record.step = "build";
    situation.history.record(record);
    CHECK(situation.why_build() == "its last build failed at step build");
  }
  SECTION("it is forced") {
    situation.history.record(record);
    situation.target.force = true;
    CHECK(situation.why_build() == "forced");
  }
}

namespace {

/// A target in the directory "p", built last from what is there now.
struct DirectoryTarget : PlannedTarget {
  explicit DirectoryTarget(std::map<std::string, std::string> files = {}) {
    target.path = record.path = "p";
    files.insert({{"p/PKGBUILD", "pkgname=foo\n"}, {"other/PKGBUILD", "pkgname=other\n"}});
    record.commit = upstream.commit(files);
    record.tree = decide().inspection->tree;
    history.record(record);
  }

  void link(const std::string& from, const std::string& to) const {
    std::filesystem::create_symlink(to, upstream.path() / from);
  }
  std::string why_skipped() {
    const auto job = decide();
    REQUIRE(job.is_skipped());
    return std::get<Skip>(job.plan.decision).why;
  }
};

}  // namespace

TEST_CASE("what is committed beside a target's directory changes nothing for it") {
  DirectoryTarget situation;
  const auto& upstream = situation.upstream;
  SECTION("to another directory") {
    upstream.commit({{"other/PKGBUILD", "pkgname=other # new\n"}, {"README", "x"}});
  }
  SECTION("and taken back from its own") {
    upstream.commit({{"p/PKGBUILD", "pkgname=bar\n"}});
    upstream.commit({{"p/PKGBUILD", "pkgname=foo\n"}});
  }
  SECTION("in a history that was written anew") {
    upstream.run({"checkout", "--quiet", "--orphan", "new"});
    upstream.commit({{"README", "x"}});
    upstream.run({"branch", "--move", "--force", "main"});
  }
  const auto job = situation.decide();
  REQUIRE(job.is_skipped());
  CHECK(std::get<Skip>(job.plan.decision).why == "its files are as at " +
                                                     situation.record.commit.substr(0, 10) +
                                                     ", and its 2 files are published in repo");
  CHECK(job.plan.commit != situation.record.commit);
  // Its files were not even read.
  CHECK_FALSE(job.inspection);
}

TEST_CASE("a change of a target's directory, or of what goes with it, is one") {
  DirectoryTarget situation;
  const auto& upstream = situation.upstream;
  const auto somewhere_else = [&] { upstream.commit({{"README", "x"}}); };
  std::string why = "moved from";
  SECTION("its PKGBUILD") {
    upstream.commit({{"p/PKGBUILD", "pkgname=foo # new\n"}});
  }
  SECTION("a file more") {
    upstream.commit({{"p/more", ""}});
  }
  SECTION("a mode") {
    std::filesystem::permissions(upstream.path() / "p/PKGBUILD", std::filesystem::perms::owner_all);
    upstream.commit({});
  }
  SECTION("another branch") {
    upstream.run({"branch", "other"});
    situation.target.branch = "other";
    somewhere_else();
    why = "its url, branch, path or repository changed";
  }
  SECTION("a file isn't published any more") {
    somewhere_else();
    situation.repository->files.pop_back();
    why = "foo-data-1-1-any.pkg.tar.zst is not published in repo";
  }
  SECTION("a source that may have moved") {
    somewhere_else();
    situation.record.vcs_sources = {{"hg+https://example.org/foo", {}}};
    situation.history.record(situation.record);
    why = "only a container can tell";
  }
  SECTION("the record doesn't say what it was built from") {
    somewhere_else();
    situation.record.tree.clear();
    situation.history.record(situation.record);
  }
  SECTION("it is forced") {
    somewhere_else();
    situation.target.force = true;
    why = "forced";
  }
  CHECK_THAT(situation.why_build(), ContainsSubstring(why));
}

TEST_CASE("what links of a target's directory lead to belongs to it") {
  DirectoryTarget situation;
  situation.link("p/common", "../common");
  situation.record.commit = situation.upstream.commit({{"common/vars.sh", "a"}});
  situation.record.tree = situation.decide().inspection->tree;
  situation.record.build = "2";
  situation.history.record(situation.record);
  situation.upstream.commit({{"other/PKGBUILD", "pkgname=other # new\n"}});
  CHECK_THAT(situation.why_skipped(), ContainsSubstring("its files are as at"));
  situation.upstream.commit({{"common/vars.sh", "b"}});
  CHECK_THAT(situation.why_build(), ContainsSubstring("moved from"));
}

TEST_CASE("a directory that is no more, or is a file now, is told") {
  DirectoryTarget situation;
  std::filesystem::remove_all(situation.upstream.path() / "p");
  SECTION("removed") {
    situation.upstream.commit({{"README", "x"}});
  }
  SECTION("a file") {
    situation.upstream.commit({{"p", "x"}});
  }
  const auto plan = situation.plan();
  REQUIRE(std::holds_alternative<Unplannable>(plan.decision));
  CHECK_THAT(std::get<Unplannable>(plan.decision).error.what(),
             ContainsSubstring("there is no PKGBUILD in 'p'"));
}

TEST_CASE("what failed is held back while its directory stays as it was") {
  DirectoryTarget situation;
  auto failed = situation.record;
  failed.build = "2";
  failed.status = Status::failed;
  failed.step = "build";
  failed.fault = Fault::target;
  failed.image = "image";
  failed.commit = situation.upstream.commit({{"p/PKGBUILD", "pkgname=foo # fails\n"}});
  failed.tree = situation.decide().inspection->tree;
  situation.history.record(failed);
  const auto held_with = [&] { return std::get<Build>(situation.plan().decision).not_with_image; };
  CHECK(held_with() == "image");
  situation.upstream.commit({{"other/PKGBUILD", "pkgname=other # new\n"}});
  CHECK(held_with() == "image");
  CHECK_THAT(situation.why_build(),
             ContainsSubstring("failed at step build at " + failed.commit.substr(0, 10) +
                               ", with the same files"));
  situation.upstream.commit({{"p/PKGBUILD", "pkgname=foo # mended\n"}});
  CHECK(held_with().empty());
}

TEST_CASE("a source that is pinned to a commit is not asked") {
  PlannedTarget situation;
  situation.record.vcs_sources = {{"git+https://nobody.invalid/foo#commit=ab12", {}}};
  situation.history.record(situation.record);
  CHECK(std::holds_alternative<Skip>(situation.plan().decision));
}

namespace {

/// A target that was never seen here, with a .SRCINFO, whose package is published.
struct Unseen : PlannedTarget {
  std::map<std::string, std::string> files{
      {"PKGBUILD", "pkgname=foo\npkgver=1\npkgrel=1\narch=(any)\n"},
      {".SRCINFO", "pkgbase = foo\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\n\npkgname = foo\n"}};

  Plan plan_of_files() {
    upstream.commit(files);
    return plan();
  }
};

}  // namespace

TEST_CASE("what is published in its very version is up to date, though it was never built here") {
  Unseen unseen;
  const auto plan = unseen.plan_of_files();
  REQUIRE(std::holds_alternative<Skip>(plan.decision));
  const auto& skip = std::get<Skip>(plan.decision);
  CHECK(skip.why == "version 1-1 is published in repo");
  REQUIRE(skip.found.size() == 1);
  CHECK(skip.found.front().pkgname == "foo");
}

TEST_CASE("a .SRCINFO that may lie proves nothing") {
  Unseen unseen;
  SECTION("its version is another") {
    unseen.files["PKGBUILD"] += "pkgver=2\n";
  }
  SECTION("the version moves") {
    unseen.files["PKGBUILD"] += "pkgver() { date; }\n";
  }
  SECTION("a package of it is missing") {
    unseen.files[".SRCINFO"] += "pkgname = bar\n";
  }
  SECTION("it is none") {
    unseen.files[".SRCINFO"] = "rubbish";
  }
  SECTION("it is forced") {
    unseen.target.force = true;
  }
  SECTION("the repository can't tell") {
    unseen.repository->down = true;
  }
  SECTION("nothing is published") {
    unseen.repository->files.clear();
  }
  CHECK(std::holds_alternative<Build>(unseen.plan_of_files().decision));
}

TEST_CASE("without the lock nothing is looked into") {
  Unseen unseen;
  unseen.upstream.commit(unseen.files);
  PackagingSources sources(unseen.state.mirrors(), unseen.remotes);
  const auto plan =
      Planner(sources, unseen.history, unseen.repositories, unseen.remotes, "x86_64", {false, {}})
          .decide(unseen.target, Cancellation::never())
          .plan;
  CHECK(std::holds_alternative<Build>(plan.decision));
  CHECK(std::filesystem::is_empty(unseen.state.mirrors()));
}

TEST_CASE("a plan tells what it was made by") {
  PlannedTarget situation;
  situation.history.record(situation.record);
  const auto plan = situation.plan();
  REQUIRE(plan.evidence.size() == 3);
  CHECK(plan.evidence[0].found == "at " + plan.commit.substr(0, 10));
  CHECK(plan.evidence[2].what == "foo-data-1-1-any.pkg.tar.zst");
  CHECK(plan.evidence[2].found == "published in repo");
}

TEST_CASE("what can't be told is said, and stops no other", "[concurrent]") {
  PlannedTarget situation;
  situation.history.record(situation.record);
  auto lost = situation.target;
  lost.name = "lost";
  lost.url = situation.target.url + "-not-there";
  auto homeless = situation.target;
  homeless.name = "homeless";
  homeless.repository = "unknown";
  PackagingSources sources(situation.state.mirrors(), situation.remotes);
  const auto jobs =
      Planner(sources, situation.history, situation.repositories, situation.remotes, "x86_64", {})
          .decide({lost, homeless, situation.target}, Cancellation::never());
  REQUIRE(jobs.size() == 3);
  REQUIRE(std::holds_alternative<Unplannable>(jobs[0].plan.decision));
  CHECK(std::get<Unplannable>(jobs[0].plan.decision).step == "source");
  REQUIRE(std::holds_alternative<Unplannable>(jobs[1].plan.decision));
  CHECK(std::get<Unplannable>(jobs[1].plan.decision).step == "repository");
  CHECK(std::holds_alternative<Skip>(jobs[2].plan.decision));
  situation.repository->down = true;
  CHECK(std::holds_alternative<Unplannable>(situation.plan().decision));
}

TEST_CASE("planning stops when it is asked to", "[concurrent]") {
  PlannedTarget situation;
  Cancellation cancel;
  cancel.request(15);
  PackagingSources sources(situation.state.mirrors(), situation.remotes);
  CHECK_THROWS_AS(
      Planner(sources, situation.history, situation.repositories, situation.remotes, "x86_64", {})
          .decide(std::vector{situation.target}, cancel),
      Cancelled);
}
