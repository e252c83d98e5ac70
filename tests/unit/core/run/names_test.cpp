#include "tests/unit/core/run/told.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a name that may not be published is refused before anything is built") {
  FakeHost host;
  std::vector targets{host.target("a"), host.target_of("b", {"1", {}, true, {}, "glibc"}),
                      host.target_of("c", {"2", {}, false, {}, "a"})};
  const auto results = host.build(targets);
  REQUIRE(words(results) == Names{"built", "failed", "failed"});
  CHECK(results[1].step == "names");
  CHECK_THAT(results[1].why, ContainsSubstring("repository core"));
  CHECK_THAT(results[2].why, ContainsSubstring("belongs to the target 'a'"));
  CHECK(count(host.observer.steps, "b: wait") + count(host.observer.steps, "c: wait") == 0);
  // The advice that was given.
  targets[1].owns = {"glibc"};
  CHECK(words(host.build(targets)) == Names{"up-to-date", "built", "failed"});
}

TEST_CASE("a PKGBUILD that takes another target's name holds up nobody who needs that") {
  FakeHost host;
  const auto results = host.build({host.target_of("liar", {"1", {}, true, {}, "lib"}),
                                   host.target("app", {"depends = lib"}), host.target("lib")});
  CHECK(words(results) == Names{"failed", "built", "built"});
  CHECK(host.observer.ended.back() == "app");
}

TEST_CASE("a PKGBUILD that says it is a package of the distribution's holds up nobody") {
  FakeHost host;
  host.fails["liar"] = "build";
  const auto results = host.build({host.target("app", {"depends = glibc", "depends = git"}),
                                   host.target("liar", {"provides = git"}),
                                   host.target_of("other", {"1", {}, true, {}, "glibc"})});
  CHECK(words(results) == Names{"built", "failed", "failed"});
}

TEST_CASE("a package that was refused for its name is built again once nothing is against it") {
  FakeHost host;
  auto a = host.target("a");
  const auto second = host.target("a-second");
  host.makes_also["a"] = "a-second";
  const auto first = host.build({a, second});
  REQUIRE(words(first) == Names{"failed", "built"});
  CHECK(first[0].step == "accept");
  CHECK_THAT(first[0].why, ContainsSubstring("belongs to the target 'a-second'"));
  host.containers();
  CHECK(words(host.build({a, second})) == Names{"failed", "up-to-date"});
  CHECK(host.containers().empty());
  std::filesystem::remove_all(host.repository->directory());
  CHECK(words(host.build({a})) == Names{"failed"});  // that one may be listed again
  host.ledger.give_up_names("a-second");
  CHECK(words(host.build({a})) == Names{"built"});
}

TEST_CASE("a name is pinned to the target that published it, until that is given up") {
  FakeHost host;
  const auto a = host.target_of("a", {"1", {}, true, {}, "tool"});
  REQUIRE(words(host.build({a})) == Names{"built"});
  const auto owner = host.ledger.owner_of("tool", "r");
  REQUIRE(owner);
  CHECK(owner->target == "a");
  host.ledger.give_up_names("a");
  CHECK(words(host.build({a})) == Names{"up-to-date"});
  CHECK_FALSE(host.ledger.owner_of("tool", "r"));
}

TEST_CASE("what comes to replace others waits until its target owns that") {
  FakeHost host;
  REQUIRE(words(host.build({host.target("a")})) == Names{"built"});
  host.package_info["a"] = "replaces = other\n";
  auto a = host.target_of("a", {"2", {}, true, {}});
  auto result = host.build({a}).front();
  CHECK(result.step == "publish");
  CHECK_THAT(result.why, ContainsSubstring("its package a now replaces other"));
  CHECK(host.repository->entry("a")->version == "1-1");
  host.containers();
  CHECK(words(host.build({a})) == Names{"failed"});
  a.owns = {"other"};
  CHECK(words(host.build({a})) == Names{"up-to-date"});
  CHECK(host.containers().empty());
  CHECK(host.repository->entry("a")->version == "2-1");
}

TEST_CASE("what somebody publishes at the last moment is not replaced") {
  FakeHost host;
  const auto target = host.target_of("a", {"2", {}, true, {}, "tool"});
  host.repository->on_publish = [&](const std::string&) {
    host.repository->on_publish = nullptr;
    host.publish("tool", "1-1");
  };
  const auto result = host.build({target}).front();
  CHECK(result.step == "publish");
  CHECK_THAT(result.why, ContainsSubstring("which no target made"));
  CHECK(host.repository->entry("tool")->version == "1-1");
}

TEST_CASE("new names that nobody chose are told when they are published") {
  FakeHost host;
  host.makes_also["a"] = "a-data";
  REQUIRE(words(host.build({host.target("a")})) == Names{"built"});
  CHECK(host.observer.notices == Names{"'a': new in r: a-data"});
}
