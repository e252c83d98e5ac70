#include "core/build/failure_hint.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a hint names what the output says, the last clue first") {
  CHECK(hint_from_output({}, true).empty());
  CHECK(hint_from_output({"gcc: fatal error"}, true).empty());
  CHECK(hint_from_output({"==> ERROR: A failure occurred in build().", "    Aborting..."}, false) ==
        "build() failed");
  CHECK_THAT(hint_from_output({"error: target not found: foo"}, false),
             ContainsSubstring("pacman knows no such package"));
  CHECK(hint_from_output({"==> ERROR: A failure occurred in build().",
                          "==> ERROR: A failure occurred in check()."},
                         true) == "check() failed: the package's own tests");
}

TEST_CASE("only a sealed build is told of the cut network") {
  const std::vector<std::string> lines{"curl: (6) Could not resolve host: example.org",
                                       "==> ERROR: A failure occurred in build()."};
  CHECK_THAT(hint_from_output(lines, true),
             ContainsSubstring("build() failed; ") && ContainsSubstring("network = true"));
  CHECK(hint_from_output(lines, false) == "build() failed");
}

TEST_CASE("a repository that the container doesn't reach is the first cause of missing packages") {
  const std::string missing = "error: target not found: foo";
  CHECK_THAT(hint_from_dependencies({"the repository r does not answer at http://r from this "
                                     "container, or is empty: going on without it",
                                     missing}),
             ContainsSubstring("vieter.container_address"));
  CHECK_THAT(hint_from_dependencies({missing}), ContainsSubstring("pacman knows no such package"));
  CHECK(hint_from_dependencies({}).empty());
}
