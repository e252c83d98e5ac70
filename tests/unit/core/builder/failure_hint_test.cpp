#include "core/builder/failure_hint.hpp"

#include "core/job/outcome.hpp"
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

TEST_CASE("makepkg's reason is told where its exit code tells none") {
  const std::vector<std::string> sums{
      "==> Validating source files with sha256sums...",
      "==> ERROR: One or more files did not pass the validity check!"};
  CHECK(with_words_of_makepkg(1, "why", sums) ==
        "makepkg: One or more files did not pass the validity check!");
  CHECK(with_words_of_makepkg(12, "the PKGBUILD has an error", {"==> ERROR: pkgver is empty"}) ==
        "the PKGBUILD has an error: pkgver is empty");
  CHECK(with_words_of_makepkg(1, "why", {"Killed"}) == "why");
  // What a function printed is the PKGBUILD's, and a signal is no reason of makepkg's.
  CHECK(with_words_of_makepkg(4, "why", {"==> ERROR: A failure occurred in build()."}) == "why");
  CHECK(with_words_of_makepkg(137, "why", sums) == "why");
}

TEST_CASE("a download that failed is told with its URL and the answer") {
  CHECK(with_words_of_makepkg(
            1, "why",
            {"  -> Downloading x.tar.gz...", "curl: (22) The requested URL returned error: 404",
             "==> ERROR: Failure while downloading https://joe:secret@e.org/x.tar.gz",
             "    Aborting..."}) ==
        "makepkg: Failure while downloading https://***@e.org/x.tar.gz: "
        "The requested URL returned error: 404");
  CHECK(with_words_of_makepkg(1, "why",
                              {"Cloning into bare repository '/build/srcdest/x'...",
                               "fatal: repository 'https://e.org/x/' not found",
                               "==> ERROR: Failure while downloading x git repo"}) ==
        "makepkg: Failure while downloading x git repo: repository 'https://e.org/x/' not found");
}

TEST_CASE("pacman's words say what it could not find") {
  CHECK(with_words_of_pacman("why", {"error: target not found: foo>=2", "error: x"}) ==
        "why: target not found: foo>=2");
  CHECK(with_words_of_pacman(
            "why", {"error: failed to prepare transaction (could not satisfy dependencies)",
                    ":: unable to satisfy dependency 'foo>=2' required by bar"}) ==
        "why: unable to satisfy dependency 'foo>=2' required by bar");
  CHECK(with_words_of_pacman("why", {"error: failed to commit transaction (conflicting files)"}) ==
        "why: failed to commit transaction (conflicting files)");
  CHECK(with_words_of_pacman("why", {"nothing"}) == "why");
}
