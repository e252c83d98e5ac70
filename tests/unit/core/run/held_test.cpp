#include "core/trust/gate.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/run/told.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A host whose target "lib" somebody else changes.
struct GatedHost : FakeHost {
  trust::Gate gate{{}, ledger, remotes, [] { return pacman::Distribution(); }, "x86_64"};

  GatedHost() { planning.gate = &gate; }

  Target strange(const std::string& name, const Recipe& recipe) {
    auto target = target_of(name, recipe);
    target.trust = "recipe";
    return target;
  }
  void approve(const BuildRecord& held) {
    Approval approval;
    approval.target = held.target;
    approval.commit = held.commit;
    approval.how = "person";
    ledger.approve(approval);
  }
};

}  // namespace

TEST_CASE("of what is held nothing is run, and what needs it waits", "[concurrent]") {
  GatedHost host;
  host.capacity.jobs = one_or_four();
  const bool with_srcinfo = GENERATE(true, false);
  const std::vector targets{host.target("app", {"depends = lib"}),
                            host.strange("lib", {"1", {}, with_srcinfo, {}}), host.target("other"),
                            host.target("top", {"depends = app"})};
  const auto held = host.build(targets);
  REQUIRE(words(held) == Names{"blocked", "held", "built", "blocked"});
  CHECK(held[0].why == "blocked by lib (held)");
  CHECK(held[3].why == "blocked by lib (held)");
  CHECK(held[1].why == "first");
  CHECK(held[1].is_newly_held);
  CHECK_THAT(held[1].hint, ContainsSubstring("pkgkiln diff lib"));
  CHECK(all_good(held));
  CHECK(host.containers() == Names{"other"});
  CHECK_FALSE(host.history.last("lib"));
  CHECK_FALSE(host.build(targets)[1].is_newly_held);

  host.approve(held[1]);
  CHECK(words(host.build(targets)) == Names{"built", "built", "up-to-date", "built"});
}

TEST_CASE("what waits is found out before anything is built, also where little else is") {
  GatedHost host;
  const std::vector targets{host.target_of("app", {"1", {"depends = lib"}, false, {}}),
                            host.strange("lib", {"1", {}, true, {}})};
  const auto results = host.build(targets);
  CHECK(words(results) == Names{"blocked", "held"});
  CHECK(host.observer.started.empty());
}

TEST_CASE("what is published of a held target counts for those whom it satisfies", "[concurrent]") {
  GatedHost host;
  host.capacity.jobs = one_or_four();
  std::vector targets{host.strange("lib", {"1", {}, true, {}})};
  host.approve(host.build(targets).front());
  REQUIRE(words(host.build(targets)) == Names{"built"});
  targets = {host.target("old", {"depends = lib>=1"}), host.target("new", {"depends = lib>=2"}),
             host.strange("lib", {"2", {}, true, "package() { evil; }\n"})};
  const auto results = host.build(targets);
  CHECK(words(results) == Names{"built", "blocked", "held"});
  CHECK(results[1].why == "blocked by lib (held)");
  CHECK(host.repository->contains(*pacman::PackageFileName::parse("lib-1-1-any.pkg.tar.gz")));
}

TEST_CASE("what can't be told yet is no failure, and is tried again", "[concurrent]") {
  GatedHost host;
  host.capacity.jobs = one_or_four();
  std::vector targets{host.target("app", {"depends = lib"}),
                      host.strange("lib", {"1", {}, true, {}})};
  AurPackage package;
  package.name = package.base = "lib";
  package.maintainer = "ada";
  targets[1].aur = std::make_shared<const AurPackage>(package);
  targets[1].aur_is_former = true;
  const auto results = host.build(targets);
  CHECK(words(results) == Names{"blocked", "deferred"});
  CHECK(results[0].why == "blocked by lib (deferred)");
  CHECK(all_good(results));
  CHECK(host.ledger.held().empty());
  CHECK(host.containers().empty());
}

TEST_CASE("what was denied before it could be published is not published") {
  GatedHost host;
  const std::vector targets{host.strange("lib", {"1", {}, true, {}})};
  host.approve(host.build(targets).front());
  host.repository->down = true;
  const auto built = host.build(targets).front();
  REQUIRE(built.status == Status::unpublished);
  host.ledger.deny({"lib", built.commit, "ada", "", {}, {}, false});
  host.repository->down = false;
  host.observer.notices.clear();
  CHECK(words(host.build(targets)) == Names{"held"});
  REQUIRE(host.observer.notices.size() == 1);
  CHECK_THAT(host.observer.notices.front(), ContainsSubstring("was denied since"));
  CHECK_FALSE(host.repository->contains(*pacman::PackageFileName::parse("lib-1-1-any.pkg.tar.gz")));
}
