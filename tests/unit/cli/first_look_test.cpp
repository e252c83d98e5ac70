#include "cli/first_look.hpp"

#include "tests/unit/core/plan/planned_target.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Two targets that nobody has approved, at a terminal.
struct Asked : PlannedTarget {
  Ledger ledger{state, Ledger::Access::write};
  trust::Gate gate{{}, ledger, remotes, [] { return pacman::Distribution(); }, "x86_64"};
  PackagingSources sources{state.mirrors(), remotes};
  std::vector<std::string> answers, questions;
  std::string shown;
  std::vector<Job> jobs;

  void look() {
    repository->files.clear();
    for (const auto* name : {"one", "two"}) {
      target.name = name;
      target.trust = "recipe";
      jobs.push_back(Planner(sources, history, repositories, remotes, "x86_64", {.gate = &gate})
                         .decide(target, kNever));
    }
    const cli::FirstLook first{gate,
                               sources,
                               ledger,
                               "x86_64",
                               [] { return pacman::Distribution(); },
                               [this](const std::string& question) {
                                 questions.push_back(question);
                                 const auto answer = answers.front();
                                 answers.erase(answers.begin());
                                 return answer;
                               },
                               [this](const std::string& text) { shown += text; }};
    first(jobs, kNever);
  }
  bool is_built(std::size_t i) const {
    return std::holds_alternative<Build>(jobs.at(i).plan.decision);
  }
};

}  // namespace

TEST_CASE("somebody at a terminal is asked about each target that is new") {
  Asked asked;
  SECTION("yes and no") {
    asked.answers = {"y", ""};
    asked.look();
    CHECK(asked.is_built(0));
    CHECK_FALSE(asked.is_built(1));
    REQUIRE(asked.questions.size() == 2);
    CHECK_THAT(asked.questions[0], ContainsSubstring("one is new. Build it?"));
    const auto approval = asked.ledger.approval("one");
    REQUIRE(approval);
    CHECK(approval->how == "person");
    CHECK(approval->commit == asked.record.commit);
    CHECK(approval->rules == std::vector<std::string>{"first"});
    CHECK_FALSE(asked.ledger.approval("two"));
  }
  SECTION("with a look at it first") {
    asked.answers = {"d", "n", "y"};
    asked.look();
    CHECK_THAT(asked.shown, ContainsSubstring("one: ") && ContainsSubstring("+pkgname=foo"));
    CHECK_FALSE(asked.is_built(0));
    CHECK(asked.is_built(1));
  }
  SECTION("all of them") {
    asked.answers = {"a"};
    asked.look();
    CHECK(asked.is_built(0));
    CHECK(asked.is_built(1));
  }
  SECTION("no more") {
    asked.answers = {"q"};
    asked.look();
    CHECK_FALSE(asked.is_built(0));
    CHECK_FALSE(asked.is_built(1));
    CHECK(asked.questions.size() == 1);
  }
}
