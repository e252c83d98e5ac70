#include "cli/progress.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;

TEST_CASE("the step of a single build is shown") {
  cli::StepLine line;
  CHECK(line.text().empty());
  line.started("a");
  CHECK(line.text().empty());
  line.step("a", "fetch");
  CHECK(line.text() == "a: fetch …");
  line.step("a", "build");
  CHECK(line.text() == "a: build …");
  line.ended("a");
  CHECK(line.text().empty());
}

TEST_CASE("of several builds the last step is shown, and how many there are") {
  cli::StepLine line;
  line.started("a");
  line.step("a", "fetch");
  line.started("b");
  line.step("b", "source");
  CHECK(line.text() == "2 builds; b: source …");
  line.step("a", "build");
  CHECK(line.text() == "2 builds; a: build …");
  line.ended("a");
  CHECK(line.text() == "b: source …");
}

TEST_CASE("what is only looked into is no build") {
  cli::StepLine line;
  line.step("a", "source");
  line.step("b", "source");
  line.started("b");  // and ended right there
  CHECK(line.text() == "b: source …");
  line.step("c", "source");
  CHECK(line.text() == "c: source …");
  line.ended("b");
  CHECK(line.text().empty());
}
