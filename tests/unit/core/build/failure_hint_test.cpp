#include "core/build/failure_hint.hpp"

#include "core/build/outcome.hpp"
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

TEST_CASE("that no process could be started is known from bash's exit code, or from the output") {
  const std::vector<std::string> forks{"bash: fork: retry: Resource temporarily unavailable"};
  const std::vector<std::string> makes{"make: fork: Resource temporarily unavailable", "x"};
  CHECK(ran_out_of_processes(254, {}));
  CHECK(ran_out_of_processes(4, forks));
  CHECK(ran_out_of_processes(4, makes));
  CHECK_FALSE(ran_out_of_processes(0, forks));
  CHECK_FALSE(ran_out_of_processes(4, {"read: Resource temporarily unavailable", "fork it"}));
  CHECK(makepkg_exit_meaning(254) == "bash could start no further process");
  CHECK(makepkg_exit_meaning(137).find("killed") != std::string::npos);
  CHECK(makepkg_exit_meaning(143) == "ended by signal 15");
  CHECK(makepkg_exit_meaning(200) == "exit code 200");
}
