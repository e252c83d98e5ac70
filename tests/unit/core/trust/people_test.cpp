#include "core/trust/comparison.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace pkgkiln::trust;

namespace {

std::vector<Rule> rules(const People& approved, const People& now, bool files_differ = true) {
  std::vector<Rule> found;
  for (const auto& finding : compare_people(approved, now, files_differ))
    found.push_back(finding.rule);
  return found;
}

}  // namespace

TEST_CASE("somebody who had no say is seen, and whoever leaves is not") {
  const People ada = {"ada", {"bob"}, "eve"};
  CHECK(rules(ada, ada).empty());
  CHECK(rules(ada, {"bob", {"ada"}, "eve"}).empty());
  CHECK(rules(ada, {"bob", {}, "eve"}).empty());
  CHECK(rules(ada, {"mallory", {}, "eve"}) == std::vector{Rule::maintainer});
  CHECK(rules(ada, {"ada", {"bob", "mallory"}, "eve"}) == std::vector{Rule::maintainer});
  CHECK(rules(ada, {"mallory", {"oscar"}, "eve"}) ==
        std::vector{Rule::maintainer, Rule::maintainer});
  // To have submitted it once gives nobody a say.
  CHECK(rules(ada, {"eve", {}, "eve"}) == std::vector{Rule::maintainer});
}

TEST_CASE("an orphan is seen when its files are others") {
  const People ada = {"ada", {}, "ada"};
  const People nobody = {"", {}, "ada"};
  CHECK(rules(ada, nobody) == std::vector{Rule::orphan});
  CHECK(rules(nobody, nobody) == std::vector{Rule::orphan});
  CHECK(rules(ada, nobody, false).empty());
  CHECK(rules(nobody, {"mallory", {}, "ada"}) == std::vector{Rule::maintainer, Rule::orphan});
  CHECK(rules(nobody, {"mallory", {}, "ada"}, false) == std::vector{Rule::maintainer});
}
