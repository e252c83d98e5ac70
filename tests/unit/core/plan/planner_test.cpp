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
  void publish(const std::vector<pacman::PackageArchive>&) override {}
  std::optional<Offer> offer(const std::vector<std::string>&) override { return std::nullopt; }
  void check() override {}

  std::vector<std::string> files;
  bool down = false;

 private:
  std::string name_ = "repo";
};

struct Situation {
  TempDir directory;
  StateDir state{directory.path() / "state"};
  History history{state};
  Repositories repositories;
  git::Remotes remotes;
  FakeRepository* repository = nullptr;
  test::TestRepository upstream{directory.path() / "upstream"};
  Target target;
  BuildRecord record;

  Situation() {
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
    record.status = "built";
    record.commit = upstream.commit({{"PKGBUILD", "pkgname=foo\n"}});
    record.files = {{"foo-1-1-any.pkg.tar.zst", "00"}, {"foo-data-1-1-any.pkg.tar.zst", "00"}};
    repository->files = {"foo-1-1-any.pkg.tar.zst", "foo-data-1-1-any.pkg.tar.zst"};
  }

  Plan plan() {
    return Planner(state, history, repositories, remotes).decide(target, Cancellation::never());
  }
  std::string why_build() {
    const auto decided = plan();
    REQUIRE(std::holds_alternative<Build>(decided.decision));
    return std::get<Build>(decided.decision).why;
  }
};

}  // namespace

TEST_CASE("what was never built is built") {
  Situation situation;
  CHECK(situation.why_build() == "it was never built here");
}

TEST_CASE("an unmoved commit whose files are published is skipped", "[concurrent]") {
  Situation situation;
  situation.history.record(situation.record);
  const auto plan = situation.plan();
  REQUIRE(std::holds_alternative<Skip>(plan.decision));
  CHECK_THAT(
      std::get<Skip>(plan.decision).why,
      ContainsSubstring("refs/heads/") && ContainsSubstring("2 files are published in repo"));
  CHECK(plan.commit == situation.record.commit);
}

TEST_CASE("in doubt it builds") {
  Situation situation;
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
  SECTION("its sources move by themselves") {
    record.vcs_sources = {"git+https://example.org/foo"};
    situation.history.record(record);
    CHECK_THAT(situation.why_build(), ContainsSubstring("version control"));
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
    record.status = "failed";
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

TEST_CASE("what can't be told is said, and stops no other", "[concurrent]") {
  Situation situation;
  situation.history.record(situation.record);
  auto lost = situation.target;
  lost.name = "lost";
  lost.url = situation.target.url + "-not-there";
  auto homeless = situation.target;
  homeless.name = "homeless";
  homeless.repository = "unknown";
  const auto plans =
      Planner(situation.state, situation.history, situation.repositories, situation.remotes)
          .decide({lost, homeless, situation.target}, Cancellation::never());
  REQUIRE(plans.size() == 3);
  REQUIRE(std::holds_alternative<Unplannable>(plans[0].decision));
  CHECK(std::get<Unplannable>(plans[0].decision).step == "source");
  REQUIRE(std::holds_alternative<Unplannable>(plans[1].decision));
  CHECK(std::get<Unplannable>(plans[1].decision).step == "repository");
  CHECK(std::holds_alternative<Skip>(plans[2].decision));
  situation.repository->down = true;
  CHECK(std::holds_alternative<Unplannable>(situation.plan().decision));
}

TEST_CASE("planning stops when it is asked to", "[concurrent]") {
  Situation situation;
  Cancellation cancel;
  cancel.request(15);
  CHECK_THROWS_AS(
      Planner(situation.state, situation.history, situation.repositories, situation.remotes)
          .decide(std::vector{situation.target}, cancel),
      Cancelled);
}
