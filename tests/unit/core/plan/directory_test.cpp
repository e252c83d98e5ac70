#include "tests/unit/core/plan/planned_target.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using test::PlannedTarget;

namespace {

/// A target in the directory "p", built last from what is there now.
struct DirectoryTarget : PlannedTarget {
  DirectoryTarget() {
    target.path = record.path = "p";
    record.commit =
        upstream.commit({{"p/PKGBUILD", "pkgname=foo\n"}, {"other/PKGBUILD", "pkgname=other\n"}});
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
  CHECK_THAT(std::get<Unplannable>(plan.decision).error->what(),
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
