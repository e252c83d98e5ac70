#include "core/journal/target_facts.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;

TEST_CASE("targets are relatives by the packages that they make and need") {
  std::vector<TargetState> states(3);
  states[0].target = "app";
  states[0].needs = {"libfoo>=2", "glibc", "foo"};
  states[1].target = "foo";
  states[1].needs = {"tool"};
  states[2].target = "tool";
  const auto relatives = relatives_of(states, {{"libfoo", "foo"}, {"tool", "toolchain"}});
  CHECK(relatives.at("app").needs ==
        std::vector<Dependence>{{"libfoo>=2", "foo"}, {"glibc", ""}, {"foo", "foo"}});
  CHECK(relatives.at("foo").needed_by == std::vector<std::string>{"app"});
  // Who makes a package counts more than what a target is called.
  CHECK(relatives.at("toolchain").needed_by == std::vector<std::string>{"foo"});
  CHECK_FALSE(relatives.contains("tool"));
}
