#include "core/run/build_order.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;
using Indices = std::vector<std::size_t>;

namespace {

/// A target with one package of its own name, version 1-1.
Job node(const std::string& name, std::vector<std::string> needs = {},
         std::vector<std::string> provides = {}) {
  Job job;
  job.target.name = name;
  job.target.repository = "r";
  job.relations = {{{name, "1-1", std::move(provides), false}}, std::move(needs)};
  return job;
}

Indices sequence(const std::vector<Job>& nodes) {
  return order_builds(nodes).sequence;
}

std::vector<std::string> cycles(const std::vector<Job>& nodes) {
  std::vector<std::string> texts;
  for (const auto& cycle : order_builds(nodes).cycles) texts.push_back(cycle_text(cycle, nodes));
  return texts;
}

}  // namespace

TEST_CASE("the given order stays where no dependency changes it") {
  CHECK(sequence({}).empty());
  CHECK(sequence({node("c"), node("a"), node("b")}) == Indices{0, 1, 2});
  CHECK(sequence({node("a", {"d"}), node("b"), node("c", {"a"}), node("d")}) ==
        Indices{1, 3, 0, 2});
}

TEST_CASE("a dependency is one on a package of the same repository") {
  auto other = node("lib");
  other.target.repository = "elsewhere";
  const auto order = order_builds({node("app", {"lib>=1", "glibc"}), other});
  CHECK(order.dependencies == std::vector<Indices>{{}, {}});
  CHECK(order_builds({node("app", {"lib>=1", "glibc"}), node("lib")}).dependencies ==
        std::vector<Indices>{{1}, {}});
  CHECK(order_builds({node("app", {"lib>=2"}), node("lib")}).dependencies ==
        std::vector<Indices>{{}, {}});
}

TEST_CASE("a library whose version makepkg fills in satisfies every one") {
  for (const auto* need : {"libx.so=1-64", "libx.so>=2", "libx.so"})
    CHECK(order_builds({node("app", {need}), node("x", {}, {"libx.so"})}).dependencies ==
          std::vector<Indices>{{1}, {}});
  CHECK(
      order_builds({node("app", {"libx.so=1-64"}), node("x", {}, {"libx.so=2-64"})}).dependencies ==
      std::vector<Indices>{{}, {}});
  CHECK(order_builds({node("app", {"x.sock=1"}), node("x", {}, {"x.sock"})}).dependencies ==
        std::vector<Indices>{{}, {}});
}

TEST_CASE("what a package provides counts, its name counts more") {
  CHECK(order_builds({node("app", {"libx.so=1-64", "x"}), node("x-git", {}, {"libx.so=1-64", "x"}),
                      node("x")})
            .dependencies.front() == Indices{1, 2});
  CHECK(order_builds({node("app", {"x>=1"}), node("x-git", {}, {"x"})}).dependencies.front() ==
        Indices{});
}

TEST_CASE("every package of a target counts, and each target once") {
  auto split = node("base");
  split.relations.offers.push_back({"base-libs", "1-1", {}, false});
  const auto order = order_builds({node("app", {"base-libs", "base"}), split});
  CHECK(order.dependencies.front() == Indices{1});
}

TEST_CASE("nothing depends on itself") {
  CHECK(order_builds({node("gcc", {"gcc", "cc"}, {"cc"})}).dependencies.front().empty());
  CHECK(cycles({node("gcc", {"gcc"})}).empty());
}

TEST_CASE("a version that isn't known yet satisfies every constraint") {
  auto moving = node("lib-git");
  moving.relations.offers.front().any_version = true;
  CHECK(sequence({node("app", {"lib-git>=99"}), moving}) == Indices{1, 0});
}

TEST_CASE("what nobody known makes by name may come from a target that isn't known yet") {
  const auto may_offer = [](const std::string& pkgname, const Target&) {
    return pkgname != "glibc";  // the distribution's
  };
  auto unknown = node("x");
  unknown.relations = {};
  const auto undetermined = [&](const std::vector<std::string>& needs) {
    const std::vector<Job> jobs{node("app", needs), node("lib", {}, {"virtual"}), unknown};
    const auto order = order_builds(jobs, {{false, false, true}, may_offer});
    CHECK_FALSE(order.undetermined[1]);
    CHECK_FALSE(order.undetermined[2]);
    return order.undetermined[0];
  };
  CHECK_FALSE(undetermined({}));
  CHECK_FALSE(undetermined({"glibc", "lib>=1"}));
  CHECK(undetermined({"other"}));
  CHECK(undetermined({"lib>=2"}));
  CHECK(undetermined({"virtual"}));  // a name counts more than what is provided
  unknown.target.repository = "elsewhere";
  CHECK_FALSE(undetermined({"other"}));
}

TEST_CASE("cycles are told, and what hangs on them comes after") {
  const std::vector<Job> nodes{node("top", {"b"}), node("c", {"a"}), node("a", {"b"}),
                               node("b", {"c", "leaf"}), node("leaf")};
  CHECK(cycles(nodes) == std::vector<std::string>{"c -> a -> b -> c"});
  CHECK(sequence(nodes) == Indices{4, 1, 2, 3, 0});
}

TEST_CASE("of interwoven cycles those are told that share nothing; the others hang on them") {
  const std::vector<Job> star{node("hub", {"x", "y", "z"}), node("x", {"hub"}), node("y", {"hub"}),
                              node("z", {"hub"})};
  CHECK(cycles(star) == std::vector<std::string>{"hub -> x -> hub"});
  CHECK(sequence(star) == Indices{0, 1, 2, 3});
  CHECK(cycles({node("a", {"b"}), node("b", {"a"}), node("c", {"d", "a"}), node("d", {"c"})}) ==
        std::vector<std::string>{"a -> b -> a", "c -> d -> c"});
}

TEST_CASE("ten thousand targets in a chain, and in a ring, are no problem") {
  constexpr std::size_t count = 10'000;
  std::vector<Job> nodes;
  for (std::size_t i = 0; i + 1 < count; ++i)
    nodes.push_back(node("n" + std::to_string(i), {"n" + std::to_string(i + 1)}));
  nodes.push_back(node("n" + std::to_string(count - 1)));
  const auto order = sequence(nodes);
  REQUIRE(order.size() == count);
  CHECK(order.front() == count - 1);
  CHECK(order.back() == 0);

  nodes.back().relations.needs = {"n0"};
  const auto ring = order_builds(nodes);
  REQUIRE(ring.cycles.size() == 1);
  CHECK(ring.cycles.front().size() == count);
  CHECK(cycle_text(ring.cycles.front(), nodes).size() < 2000);
  CHECK(ring.sequence.size() == count);
}

TEST_CASE("ten thousand targets in cycles of two below one another are no problem") {
  std::vector<Job> nodes;
  for (int i = 0; i < 10'000; i += 2) {
    const auto name = [](int number) { return "n" + std::to_string(number); };
    nodes.push_back(node(name(i), {name(i + 1)}));
    nodes.push_back(node(name(i + 1), {name(i), name(i + 2)}));
  }
  const auto order = order_builds(nodes);
  CHECK(order.cycles.size() == 5'000);
  CHECK(order.sequence.size() == 10'000);
}
