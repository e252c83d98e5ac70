#include "core/run/selection.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

Target named(const std::string& name, std::vector<std::string> arch = {}) {
  Target target;
  target.name = name;
  target.arch = std::move(arch);
  target.origin = "x.toml:1";
  return target;
}

std::vector<std::unique_ptr<TargetSource>> sources_of(std::vector<Target> targets) {
  std::vector<std::unique_ptr<TargetSource>> sources;
  sources.push_back(std::make_unique<ConfiguredTargets>("x.toml", std::move(targets)));
  return sources;
}

}  // namespace

TEST_CASE("only targets for this machine are listed") {
  const auto listed = list_targets(sources_of({named("a"), named("b", {"aarch64"}),
                                               named("c", {"any"}), named("d", {"x86_64"})}),
                                   "x86_64");
  REQUIRE(listed.targets.size() == 3);
  CHECK(listed.targets[1].name == "c");
}

TEST_CASE("a target that two sources list is the first one's, with the server's id") {
  auto sources = sources_of({named("mine")});
  auto theirs = named("theirs");
  theirs.vieter_id = 7;
  sources.push_back(std::make_unique<ConfiguredTargets>("other", std::vector{theirs}));
  const auto listed = list_targets(sources, "x86_64");
  REQUIRE(listed.targets.size() == 1);
  CHECK(listed.targets[0].name == "mine");
  CHECK(listed.targets[0].vieter_id == 7);
  CHECK(listed.problems.empty());
}

TEST_CASE("a target that comes without a name gets one that no other has, or had before") {
  auto sources = sources_of({named("a")});
  auto other = named("");
  other.url = "https://e.org/a";
  other.vieter_id = 12;
  auto known = named("");
  known.url = "https://e.org/known";
  sources.push_back(std::make_unique<ConfiguredTargets>("other", std::vector{other, known}));
  const auto listed =
      list_targets(sources, "x86_64", {{{"https://e.org/known", "", "", ""}, "as-before"}});
  REQUIRE(listed.targets.size() == 3);
  CHECK(listed.targets[1].name == "a@12");
  CHECK(listed.targets[2].name == "as-before");
  CHECK(listed.problems.empty());
}

TEST_CASE("a target whose own name is taken is a problem, and no more than that") {
  auto sources = sources_of({named("a")});
  auto other = named("a");
  other.branch = "next";
  sources.push_back(std::make_unique<ConfiguredTargets>("other", std::vector{other, named("b")}));
  // The subject of "b" is that of the first "a", so it is left out as well.
  const auto listed = list_targets(sources, "x86_64");
  CHECK(listed.targets.size() == 1);
  REQUIRE(listed.problems.size() == 1);
  CHECK_THAT(listed.problems[0], ContainsSubstring("'a' from x.toml:1"));
}

TEST_CASE("a source that can't be listed stops no other") {
  struct Broken : TargetSource {
    std::string name() const override { return "broken"; }
    Listing list() override { throw Error("out of reach").advise("mend it"); }
  };
  std::vector<std::unique_ptr<TargetSource>> sources;
  sources.push_back(std::make_unique<Broken>());
  for (auto& source : sources_of({named("a")})) sources.push_back(std::move(source));
  const auto listed = list_targets(sources, "x86_64");
  CHECK(listed.targets.size() == 1);
  REQUIRE(listed.failures.size() == 1);
  CHECK(listed.failures[0].report() == "out of reach\n  try: mend it");
}

TEST_CASE("targets are selected by name, in the order of the list") {
  const std::vector<Target> all{named("a"), named("b"), named("c")};
  CHECK(select_targets(all, {}).size() == 3);
  const auto some = select_targets(all, {"c", "a"});
  REQUIRE(some.size() == 2);
  CHECK(some[0].name == "a");
  CHECK_THROWS_WITH(select_targets({named("hello")}, {"helo"}), ContainsSubstring("'hello'"));
}

TEST_CASE("of two targets with one name, the one that had it before keeps it") {
  auto first = named("foo");
  first.path = "a/foo";
  auto second = named("foo");
  second.path = "b/foo";
  std::vector<std::unique_ptr<TargetSource>> sources;
  sources.push_back(std::make_unique<ConfiguredTargets>("one", std::vector{first, second}));
  const RememberedNames remembered{{{"", "", "b/foo", ""}, "foo"}};
  const auto listed = list_targets(sources, "x86_64", remembered);
  REQUIRE(listed.targets.size() == 1);
  CHECK(listed.targets[0].path == "b/foo");
  CHECK(listed.problems.size() == 1);
  CHECK(list_targets(sources, "x86_64").targets[0].path == "a/foo");
}
