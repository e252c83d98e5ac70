#include "core/trust/gate.hpp"

#include <chrono>
#include <ctime>

#include "tests/unit/core/plan/planned_target.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Equals;
using trust::Level;

namespace {

using Names = std::vector<std::string>;

std::string pkgbuild(const std::string& version, const std::string& more = {}) {
  return "pkgname=lumen\npkgver=" + version +
         "\npkgrel=1\narch=(any)\nsource=(https://example.org/lumen-" + version +
         ".tar.gz)\nsha256sums=(" + std::string(64, 'a') + ")\nbuild() { make; }\n" + more;
}

std::string srcinfo(const std::string& version) {
  return "pkgbase = lumen\n\tpkgver = " + version +
         "\n\tpkgrel = 1\n\tarch = any\n\tsource = " + "https://example.org/lumen-" + version +
         ".tar.gz\n\tsha256sums = " + std::string(64, 'a') + "\n\npkgname = lumen\n";
}

/// A package of the AUR, its repository, and a ledger.
struct Gated : PlannedTarget {
  std::optional<Ledger> ledger{std::in_place, state, Ledger::Access::write};
  trust::Gate::Settings settings;
  AurPackage package;
  bool is_of_aur = true;
  std::set<std::string> gone;

  Gated() {
    target.name = "lumen";
    package.name = package.base = "lumen";
    package.base_id = 7;
    package.maintainer = "ada";
    package.last_modified = std::time(nullptr) - 30 * 86'400;
    repository->files.clear();
  }

  std::string push(const std::string& version, const std::string& more = {}) {
    package.last_modified += 60;
    return upstream.commit({{"PKGBUILD", pkgbuild(version, more)}, {".SRCINFO", srcinfo(version)}});
  }

  /// Plans as a run does, and writes down what was decided.
  Job run() {
    target.aur = is_of_aur ? std::make_shared<const AurPackage>(package) : nullptr;
    const trust::Gate gate(
        settings, *ledger, remotes, [] { return pacman::Distribution(); }, "x86_64");
    PackagingSources sources(state.mirrors(), remotes);
    std::vector<Job> jobs{
        Planner(sources, history, repositories, remotes, "x86_64", {.gate = &gate})
            .decide(target, Cancellation::never())};
    gate.record(jobs, *ledger, [&](const std::string& name) { return gone.contains(name); });
    return std::move(jobs.front());
  }
  Hold held() {
    const auto job = run();
    INFO(job.plan.commit);
    REQUIRE(std::holds_alternative<Hold>(job.plan.decision));
    return std::get<Hold>(job.plan.decision);
  }
  Names rules() { return held().rules; }
  bool is_built() { return std::holds_alternative<Build>(run().plan.decision); }

  /// As a person does.
  void approve(const std::string& commit) {
    Approval approval;
    approval.target = target.name;
    approval.commit = commit;
    approval.how = "person";
    approval.pkgbase = "lumen";
    approval.pkgbase_id = package.base_id;
    approval.people = People{package.maintainer, package.co_maintainers, package.submitter};
    ledger->approve(approval);
  }
};

}  // namespace

TEST_CASE("of the AUR nothing is built before somebody approved it") {
  Gated gated;
  const auto commit = gated.push("1");
  const auto held = gated.held();
  CHECK_THAT(held.rules, Equals(Names{"first"}));
  CHECK(held.is_new);
  CHECK_FALSE(held.is_deferred);
  const auto waiting = gated.ledger->held();
  REQUIRE(waiting.size() == 1);
  CHECK(waiting.front().commit == commit);
  CHECK(waiting.front().version_to == "1-1");
  CHECK_FALSE(gated.held().is_new);  // somebody was told
  SECTION("exactly what was approved is built") {
    gated.approve(commit);
    CHECK(gated.ledger->held().empty());
    CHECK(gated.is_built());
  }
  SECTION("approving another commit doesn't help") {
    gated.approve(std::string(40, '1'));
    CHECK_THAT(gated.rules(), Equals(Names{"history"}));
  }
  SECTION("forcing doesn't help") {
    gated.target.force = true;
    CHECK_THAT(gated.rules(), Equals(Names{"first"}));
  }
  SECTION("unless that is what the settings say") {
    gated.settings.accepts_first = true;
    CHECK(gated.is_built());
    CHECK(gated.ledger->approval("lumen")->how == "first");
    CHECK(gated.ledger->held().empty());
  }
  SECTION("it is forgotten with its target") {
    gated.gone = {"lumen"};
    gated.run();
    CHECK(gated.ledger->held().empty());
  }
}

TEST_CASE("whose changes are the user's own, no rule holds") {
  Gated gated;
  gated.push("1");
  SECTION("by the target") {
    gated.target.trust = "own";
  }
  SECTION("by the settings") {
    gated.settings.aur = Level::own;
  }
  SECTION("since it is of no AUR") {
    gated.is_of_aur = false;
  }
  CHECK(gated.is_built());
  CHECK_FALSE(gated.ledger->approval("lumen"));
}

TEST_CASE("other targets are held where the settings say so") {
  Gated gated;
  gated.is_of_aur = false;
  const auto commit = gated.push("1");
  SECTION("all") {
    gated.settings.by_default = Level::recipe;
  }
  SECTION("this one") {
    gated.target.trust = "recipe";
  }
  CHECK_THAT(gated.rules(), Equals(Names{"first"}));
  gated.approve(commit);
  CHECK(gated.is_built());
}

TEST_CASE("another version of what was approved is built, and approved by that") {
  Gated gated;
  gated.approve(gated.push("1"));
  const auto next = gated.push("2");
  CHECK(gated.is_built());
  const auto approval = gated.ledger->approval("lumen");
  REQUIRE(approval);
  CHECK(approval->commit == next);
  CHECK(approval->how == "plain");
  CHECK(approval->people == People{"ada", {}, ""});
  CHECK_FALSE(approval->tree.empty());
}

TEST_CASE("what is worth knowing of another version is told, and holds nothing") {
  Gated gated;
  gated.approve(gated.push("1"));
  gated.package.out_of_date = 1;
  gated.push("2");
  gated.upstream.run(
      {"commit", "--amend", "--quiet", "--author", "Eve <eve@example.org>", "--message", "new"});
  const auto job = gated.run();
  CHECK(std::holds_alternative<Build>(job.plan.decision));
  std::string told;
  for (const auto& one : job.plan.evidence)
    if (one.what == "told") told += one.found + "\n";
  CHECK_THAT(told, ContainsSubstring("from Eve <eve@example.org>, the approved one did not") &&
                       ContainsSubstring("out of date"));
  CHECK_THAT(told, !ContainsSubstring("A <a@example.com>"));
}

TEST_CASE("what is more than another version is held by its rules") {
  Gated gated;
  gated.approve(gated.push("1"));
  SECTION("another function") {
    gated.push("2", "package() { curl https://example.net | sh; }\n");
    const auto held = gated.held();
    CHECK_THAT(held.rules, Equals(Names{"function-body"}));
    CHECK(held.why == "function-body");
    CHECK(gated.ledger->approval("lumen")->how == "person");
    // What comes next is compared with what was approved.
    gated.push("3", "package() { curl https://example.net | sh; }\n");
    const auto next = gated.held();
    CHECK(next.is_new);
    CHECK_THAT(next.rules, Equals(Names{"function-body"}));
    // It is put back: nothing waits any more.
    gated.push("4");
    CHECK(gated.is_built());
    CHECK(gated.ledger->held().empty());
  }
  SECTION("another maintainer") {
    gated.package.maintainer = "fresh";
    gated.push("2");
    CHECK_THAT(gated.rules(), Equals(Names{"maintainer"}));
  }
  SECTION("another maintainer of what is as it was approved") {
    gated.package.maintainer = "fresh";
    CHECK(gated.is_built());
  }
  SECTION("nobody maintains it, and it changed") {
    gated.package.maintainer.clear();
    gated.push("2");
    CHECK_THAT(gated.rules(), Equals(Names{"orphan"}));
    gated.target.allow = {"orphan"};
    CHECK(gated.is_built());
  }
  SECTION("deleted, and submitted anew") {
    gated.package.base_id = 8;
    gated.push("2");
    const auto job = gated.run();
    REQUIRE(std::holds_alternative<Hold>(job.plan.decision));
    CHECK_THAT(std::get<Hold>(job.plan.decision).rules, Equals(Names{"first"}));
    const auto said = std::ranges::any_of(job.plan.evidence, [](const Evidence& one) {
      return one.what == "first" && one.found.find("submitted anew") != std::string::npos;
    });
    CHECK(said);
    gated.settings.accepts_first = true;
    CHECK_THAT(gated.rules(), Equals(Names{"first"}));
  }
  SECTION("history written anew") {
    gated.upstream.run({"checkout", "--quiet", "--orphan", "other"});
    gated.push("2");
    gated.upstream.run({"branch", "--force", "main", "other"});
    gated.upstream.run({"checkout", "--quiet", "main"});
    CHECK_THAT(gated.rules(), Equals(Names{"history"}));
  }
  SECTION("a dependency that nobody has") {
    gated.push("2", "depends=(strange-thing)\n");
    CHECK_THAT(gated.rules(), Equals(Names{"dependency"}));
    // An approved target makes it.
    gated.ledger->own({{"repo", "strange-thing", "strange", "", {}, {}}});
    CHECK(gated.is_built());
  }
}

TEST_CASE("what a person denied is not built, and nobody is told of it again") {
  Gated gated;
  gated.approve(gated.push("1"));
  const auto bad = gated.push("2", "package() { evil; }\n");
  CHECK(gated.held().is_new);
  gated.ledger->deny({"lumen", bad, "ada", "", {}, std::chrono::system_clock::now(), false});
  const auto denied = gated.held();
  CHECK(denied.is_denied);
  CHECK_FALSE(denied.is_new);
  CHECK_THAT(denied.why, ContainsSubstring("denied"));
  CHECK(gated.ledger->held().empty());
  gated.push("3");
  CHECK(gated.is_built());
  SECTION("frozen, nothing is built until something is approved") {
    gated.ledger->deny({"lumen", "", "ada", "", {}, std::chrono::system_clock::now(), true});
    CHECK_THAT(gated.held().why, ContainsSubstring("ada froze it"));
    const auto next = gated.push("4");
    CHECK_THAT(gated.held().why, ContainsSubstring("ada froze it"));
    gated.approve(next);
    CHECK(gated.is_built());
  }
}

TEST_CASE("without the AUR saying who maintains it, what changed waits for the next run") {
  Gated gated;
  const auto commit = gated.push("1");
  gated.approve(commit);
  gated.target.aur_is_former = true;
  CHECK(gated.is_built());  // it is what was approved
  gated.push("2");
  const auto held = gated.held();
  CHECK(held.is_deferred);
  CHECK(gated.ledger->held().empty());
  gated.target.aur_is_former = false;
  CHECK(gated.is_built());
}

TEST_CASE("what is younger than the settings want waits by itself") {
  Gated gated;
  gated.settings.age = 48h;
  gated.approve(gated.push("1"));
  gated.push("2");
  gated.package.last_modified = std::time(nullptr) - 3'600;
  const auto young = gated.held();
  CHECK(young.is_deferred);
  CHECK_THAT(young.why, ContainsSubstring("it waits until"));
  CHECK(gated.ledger->held().empty());
  gated.package.last_modified = std::time(nullptr) - 49 * 3'600;
  CHECK(gated.is_built());
  SECTION("what a person should see can be seen at once") {
    gated.push("3", "package() { evil; }\n");
    gated.package.last_modified = std::time(nullptr);
    const auto held = gated.held();
    CHECK_FALSE(held.is_deferred);
    CHECK_THAT(held.rules, Equals(Names{"age", "function-body"}));
  }
}

TEST_CASE("a standing permission holds for its rules") {
  Gated gated;
  const auto commit = gated.push("1");
  const std::string change = "package() { install -d x; }\n";
  SECTION("of the target") {
    gated.approve(commit);
    gated.target.allow = {"function-body"};
  }
  SECTION("given with an approval, also after others") {
    gated.approve(commit);
    auto approval = gated.ledger->approval("lumen").value();
    approval.allowed = {"function-body"};
    gated.ledger->approve(approval);
    gated.push("1.5");
    REQUIRE(gated.is_built());
  }
  gated.push("2", change);
  CHECK(gated.is_built());
  gated.push("3", change + "curl x\n");
  CHECK_THAT(gated.rules(), Equals(Names{"top-level-code"}));
}

TEST_CASE("somebody who is trusted with the own package may change what it does") {
  Gated gated;
  gated.approve(gated.push("1"));
  const std::string said_by = GENERATE("target", "settings", "ledger");
  if (said_by == "target") gated.target.trust = "maintainer";
  if (said_by == "settings") gated.settings.maintainers = {"ada"};
  if (said_by == "ledger") gated.ledger->accept({"ada", "me", "", {}});
  const std::string change = "package() { install -d x; }\n";
  gated.push("2", change);
  CHECK(gated.is_built());
  SECTION("but not what reaches the network") {
    gated.push("3", "package() { install -d x; c''url example.net; }\n");
    CHECK_THAT(gated.rules(), Equals(Names{"function-body"}));
  }
  SECTION("and files that are no programs") {
    write(gated.upstream.path() / "fix.patch", "--- a\n");
    gated.push("3", change);
    CHECK(gated.is_built());
    write(gated.upstream.path() / "run.sh", "#!/bin/sh\n");
    gated.push("4", change);
    CHECK_THAT(gated.rules(), Equals(Names{"local-file"}));
  }
  SECTION("and only that person") {
    gated.package.co_maintainers = {"fresh"};
    gated.push("3", change + "check() { true; }\n");
    const auto rules = gated.rules();
    CHECK_THAT(rules, Equals(Names{"maintainer", "function-body"}));
  }
}

TEST_CASE("a list with a URL of the AUR goes on working, from what was built last") {
  Gated gated;
  gated.target.has_url_of_aur = true;
  gated.record.target = "lumen";
  gated.record.commit = gated.push("1");
  gated.history.record(gated.record);
  SECTION("another version is built") {
    gated.push("2");
    CHECK(gated.is_built());
    CHECK(gated.ledger->approval("lumen")->how == "plain");
  }
  SECTION("more than that is held") {
    gated.push("2", "package() { evil; }\n");
    CHECK_THAT(gated.rules(), Equals(Names{"function-body"}));
  }
}

TEST_CASE("what a list with a URL of the AUR names, and was never built here, is taken unseen") {
  Gated gated;
  gated.target.has_url_of_aur = true;
  gated.push("1");
  SECTION("by default") {
    CHECK(gated.is_built());
    CHECK(gated.ledger->approval("lumen")->how == "first");
    gated.push("2", "package() { evil; }\n");
    CHECK_THAT(gated.rules(), Equals(Names{"function-body"}));
  }
  SECTION("not if the settings say otherwise") {
    gated.settings.accepts_first = false;
    CHECK_THAT(gated.rules(), Equals(Names{"first"}));
  }
}
