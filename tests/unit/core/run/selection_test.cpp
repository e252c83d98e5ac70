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
  const auto targets = list_targets(sources_of({named("a"), named("b", {"aarch64"}),
                                                named("c", {"any"}), named("d", {"x86_64"})}),
                                    "x86_64");
  REQUIRE(targets.size() == 3);
  CHECK(targets[1].name == "c");
}

TEST_CASE("one name for two targets is refused") {
  auto sources = sources_of({named("a")});
  sources.push_back(std::make_unique<ConfiguredTargets>("other", std::vector{named("a")}));
  CHECK_THROWS_AS(list_targets(sources, "x86_64"), UsageError);
}

TEST_CASE("targets are selected by name, in the order of the list") {
  const std::vector<Target> all{named("a"), named("b"), named("c")};
  CHECK(select_targets(all, {}).size() == 3);
  const auto some = select_targets(all, {"c", "a"});
  REQUIRE(some.size() == 2);
  CHECK(some[0].name == "a");
  CHECK_THROWS_WITH(select_targets({named("hello")}, {"helo"}), ContainsSubstring("'hello'"));
}
