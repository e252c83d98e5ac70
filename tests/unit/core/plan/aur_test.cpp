#include <chrono>
#include <ctime>

#include "tests/unit/core/plan/planned_target.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A package of the AUR that was built, and that nobody pushed to for a day.
struct PlannedAurTarget : PlannedTarget {
  AurPackage package;

  PlannedAurTarget() {
    package.name = package.base = "foo";
    package.base_id = 7;
    package.maintainer = "ada";
    package.last_modified = std::time(nullptr) - 86'400;
    history.record(record);
  }
  Plan plan() {
    target.aur = std::make_shared<const AurPackage>(package);
    return PlannedTarget::plan();
  }
  /// Without the AUR saying so.
  std::string push() { return upstream.commit({{"PKGBUILD", "pkgname=foo\npkgver=2\n"}}); }
  void remember_asked(std::chrono::seconds ago) {
    auto tip = history.tip(target.url).value();
    tip.asked = std::chrono::system_clock::now() - ago;
    history.record_tip(target.url, tip);
  }
};

}  // namespace

TEST_CASE("a repository that nobody pushed to by what the AUR says is not asked") {
  PlannedAurTarget setup;
  const auto first = setup.plan();
  CHECK(std::holds_alternative<Skip>(first.decision));
  const auto moved = setup.push();
  const auto second = setup.plan();
  CHECK(second.commit == first.commit);
  CHECK(second.ref == first.ref);
  CHECK(std::holds_alternative<Skip>(second.decision));
  const auto explained = std::ranges::any_of(second.evidence, [](const Evidence& one) {
    return one.found.find("nobody pushed") != std::string::npos;
  });
  CHECK(explained);
  SECTION("but it is after a push") {
    setup.package.last_modified += 1;
    CHECK(setup.plan().commit == moved);
  }
  SECTION("and where other people maintain it") {
    setup.package.maintainer = "mallory";
    CHECK(setup.plan().commit == moved);
  }
  SECTION("or may push") {
    setup.package.co_maintainers = {"mallory"};
    CHECK(setup.plan().commit == moved);
  }
  SECTION("and where it was submitted anew") {
    setup.package.base_id = 8;
    CHECK(setup.plan().commit == moved);
  }
  SECTION("and once a day") {
    setup.remember_asked(17h);
    CHECK(setup.plan().commit == first.commit);
    setup.remember_asked(24h);
    CHECK(setup.plan().commit == moved);
    CHECK(setup.history.tip(setup.target.url)->asked > std::chrono::system_clock::now() - 1h);
  }
  SECTION("and when a clock was set back") {
    setup.remember_asked(-1h);
    CHECK(setup.plan().commit == moved);
  }
  SECTION("and when it is forced") {
    setup.target.force = true;
    CHECK(setup.plan().commit == moved);
  }
  SECTION("and where the AUR says nothing") {
    setup.target.aur.reset();
    CHECK(setup.PlannedTarget::plan().commit == moved);
  }
}

TEST_CASE("what was asked right after a push is asked again") {
  PlannedAurTarget setup;
  setup.package.last_modified = std::time(nullptr) - 300;
  setup.plan();
  const auto moved = setup.push();
  CHECK(setup.plan().commit == moved);
}

TEST_CASE("whoever may not fetch remembers nothing") {
  PlannedAurTarget setup;
  setup.target.aur = std::make_shared<const AurPackage>(setup.package);
  PackagingSources sources(setup.state.mirrors(), setup.remotes);
  Planner(sources, setup.history, setup.repositories, setup.remotes, "x86_64", {.look_into = false})
      .decide(setup.target, Cancellation::never());
  CHECK_FALSE(setup.history.tip(setup.target.url));
}
