#include "tests/unit/core/plan/planned_target.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using test::PlannedTarget;

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

TEST_CASE("the evidence of what is skipped is kept only for whoever shows it") {
  PlannedTarget situation;
  situation.history.record(situation.record);
  auto changed = situation.target;
  changed.name = "changed";
  PackagingSources sources(situation.state.mirrors(), situation.remotes);
  const auto evidence = [&](bool explain) {
    const Planner planner(sources, situation.history, situation.repositories, situation.remotes,
                          "x86_64", {true, {}, {}, false, explain});
    const auto jobs = planner.decide(std::vector{situation.target, changed}, Cancellation::never());
    return std::pair(!jobs[0].plan.evidence.empty(), !jobs[1].plan.evidence.empty());
  };
  CHECK(evidence(true) == std::pair(true, true));
  CHECK(evidence(false) == std::pair(false, true));
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
