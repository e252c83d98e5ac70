#include "core/builder/failure_cause.hpp"

#include "core/base/file.hpp"
#include "core/job/outcome.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

using Lines = std::vector<std::string>;

/// What makepkg printed.
Cause of_fetch(const Lines& lines) {
  return cause_in(lines, {"fetch", 1});
}

Cause of_build(const Lines& lines, bool sealed = true) {
  return cause_in(lines, {"build", 4, sealed});
}

Cause of_dependencies(const Lines& lines) {
  return cause_in(lines, {"dependencies", 1});
}

}  // namespace

TEST_CASE("a source that could not be downloaded is told with its answer and its URL") {
  const auto missing =
      of_fetch({"==> Retrieving sources...", "  -> Downloading x.tar.gz...",
                "curl: (22) The requested URL returned error: 404 Not Found",
                "==> ERROR: Failure while downloading https://joe:secret@e.org/x.tar.gz",
                "    Aborting..."});
  CHECK(missing.why == "a source could not be downloaded: 404 from https://***@e.org/x.tar.gz");
  CHECK(missing.line == 2);
  CHECK(of_fetch({"curl: (7) Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to "
                  "server",
                  "==> ERROR: Failure while downloading http://127.0.0.1:1/x.tar.gz"})
            .why ==
        "a source could not be downloaded: http://127.0.0.1:1/x.tar.gz: Failed to "
        "connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server");
  CHECK(of_fetch({"Cloning into bare repository '/build/srcdest/x'...",
                  "fatal: repository 'https://e.org/x/' not found",
                  "==> ERROR: Failure while downloading x git repo", "    Aborting..."})
            .why ==
        "a source could not be downloaded: x git repo: repository 'https://e.org/x/' "
        "not found");
  CHECK(of_fetch({"==> ERROR: Failure while downloading x svn repo"}).why ==
        "a source could not be downloaded: x svn repo");
}

TEST_CASE("a source that is not what it should be is named") {
  const auto sums =
      of_fetch({"==> Validating source files with sha256sums...", "    f.patch ... Passed",
                "    x-1.tar.gz ... FAILED", "    y.tar.gz ... FAILED",
                "==> ERROR: One or more files did not pass the validity check!"});
  CHECK(sums.why == "a source does not match its checksum: x-1.tar.gz, y.tar.gz");
  CHECK(sums.line == 2);
  const auto key = of_fetch({"==> Verifying source file signatures with gpg...",
                             "    x.tar.gz ... FAILED (unknown public key 0123456789ABCDEF)",
                             "==> ERROR: One or more PGP signatures could not be verified!"});
  CHECK(key.why == "the PGP key of a source is missing: 0123456789ABCDEF, of x.tar.gz");
  CHECK_THAT(key.advice, ContainsSubstring("keys/pgp/0123456789ABCDEF.asc"));
  CHECK(of_fetch({"    x.tar.gz ... FAILED",
                  "==> ERROR: One or more PGP signatures could not be verified!"})
            .why == "a PGP signature is not valid: x.tar.gz");
  CHECK(of_fetch({"==> ERROR: nix.tar.gz was not found in the build directory and is not a URL."})
            .why == "a source is missing: nix.tar.gz is not beside the PKGBUILD");
  CHECK(of_fetch({"fatal: 'v9' is not a commit",
                  "==> ERROR: Failure while creating working copy of x git repo"})
            .why == "a source has no such branch, tag or commit: x git repo");
}

TEST_CASE("a function that failed is told with its first error") {
  const auto compiler =
      of_build({"y.c:1:1: error: of prepare()", "==> Starting build()...",
                "x.c: In function ‘main’:", "x.c:1:20: error: expected ‘;’ before ‘}’ token",
                "y.c:3:4: error: another", "make: *** [Makefile:5: all] Error 2",
                "==> ERROR: A failure occurred in build().", "    Aborting..."});
  CHECK(compiler.why == "build() failed: x.c:1:20: error: expected ‘;’ before ‘}’ token");
  CHECK(compiler.line == 3);
  CHECK(of_build({"==> ERROR: A failure occurred in package_foo-bar()."}).why ==
        "package_foo-bar() failed");
  CHECK(of_build({"==> Starting build()...", "/x/PKGBUILD: line 7: ninja: command not found",
                  "==> ERROR: A failure occurred in build()."})
            .why == "build() failed: /x/PKGBUILD: line 7: ninja: command not found");
  CHECK(of_build({"==> Starting check()...", "config: No such file or directory", "FAIL: one",
                  "==> ERROR: A failure occurred in check()."})
            .why == "check() failed: the package's own tests: FAIL: one");
  CHECK(cause_in({"util.sh: line 79: cd: /b/x/pkg/x: No such file or directory",
                  "==> ERROR: Failed to change to directory /b/x/pkg/x"},
                 {"build", 1, true})
            .why == "package() wrote nothing: it left no $pkgdir");
}

TEST_CASE("a patch that does not apply is told with its file") {
  CHECK(of_build({"==> Starting prepare()...", "patching file src/x.c", "Hunk #1 FAILED at 1.",
                  "1 out of 1 hunk FAILED -- saving rejects to file x.rej",
                  "==> ERROR: A failure occurred in prepare()."})
            .why == "a patch does not apply: src/x.c");
  CHECK(of_build({"error: patch failed: src/x.c:12", "error: src/x.c: patch does not apply",
                  "==> ERROR: A failure occurred in prepare()."})
            .why == "a patch does not apply: src/x.c:12");
  CHECK(of_build({"patching file x.c",
                  "Reversed (or previously applied) patch detected!  Assume -R? [n] ",
                  "==> ERROR: A failure occurred in prepare()."})
            .why == "a patch is applied already: x.c");
}

TEST_CASE("only a sealed build is told of the cut network") {
  const Lines lines{"==> Starting build()...", "curl: (6) Could not resolve host: example.org",
                    "==> ERROR: A failure occurred in build()."};
  CHECK(of_build(lines).why ==
        "build() tried to use the network, which is off: curl: (6) Could not resolve host: "
        "example.org");
  CHECK_THAT(of_build(lines).advice, ContainsSubstring("network = true"));
  CHECK(of_build(lines, false).why == "build() failed");
}

TEST_CASE("a compile error or a failed test comes before the cut network") {
  const std::string tried = "curl: (6) Could not resolve host: example.org";
  const std::string failed = "==> ERROR: A failure occurred in build().";
  CHECK(of_build({tried, "x.c:1:2: error: no", failed}).why ==
        "build() failed: x.c:1:2: error: no");
  CHECK(of_build({"not ok 3 - it finds a host", tried, failed}).why == "build() failed");
  CHECK_THAT(of_build({"error: failed to get `serde` as a dependency of package `x`",
                       "  [6] Could not resolve hostname (" + tried + ")", failed})
                 .why,
             ContainsSubstring("tried to use the network"));
  CHECK_THAT(of_build({"CMake Error at x.cmake:1:", "x.cmake: error: " + tried, failed}).why,
             ContainsSubstring("tried to use the network"));
}

TEST_CASE("of weak signs the last one is told, of strong ones the first") {
  const std::string failed = "==> ERROR: A failure occurred in build().";
  CHECK(of_build({"ls: cannot access 'x': No such file or directory",
                  "/x/PKGBUILD: line 7: ninja: command not found", failed})
            .why == "build() failed: /x/PKGBUILD: line 7: ninja: command not found");
  CHECK(of_build({"fatal: not a git repository", "configure: error: no foo",
                  "config: Permission denied", failed})
            .why == "build() failed: configure: error: no foo");
}

TEST_CASE("what the host lacks is told where it stands near the end") {
  const std::string failed = "==> ERROR: A failure occurred in build().";
  const auto full =
      of_build({"cp: error writing 'x': No space left on device", "x.c:1:1: error: y", failed});
  CHECK(full.why == "the disk of the engine is full");
  CHECK(full.line == 0);
  CHECK(cause_in({"bsdtar: Write error: No space left on device",
                  "==> ERROR: Failed to extract x.tar.gz", "    Aborting..."},
                 {"fetch", 1})
            .why == "the disk of the engine is full");
  const std::string killed = "c++: fatal error: Killed signal terminated program cc1plus";
  const auto memory = of_build({killed, "ninja: stopped", failed});
  CHECK_THAT(memory.why, ContainsSubstring("it ran out of memory: c++: "));
  CHECK_THAT(memory.advice, ContainsSubstring("[build] memory"));
  CHECK_THAT(cause_in({"CC x.o"}, {"build", 137, true}).why, ContainsSubstring("killed"));
  Lines lines{killed};
  lines.resize(60, "CC x.o");
  lines.push_back(failed);
  CHECK_THAT(of_build(lines).why, ContainsSubstring("it ran out of memory: c++: "));
}

TEST_CASE("what a build merely prints decides nothing") {
  Lines lines{"ok 1 - prints No space left on device", "ok 2 - prints Cannot allocate memory"};
  lines.resize(60, "CC x.o");
  lines.push_back("==> ERROR: A failure occurred in build().");
  CHECK(of_build(lines).why == "build() failed");
  CHECK(of_build({"==> Starting check()...", "not ok 1 - x", "ok 2 - Cannot allocate memory",
                  "==> ERROR: A failure occurred in check()."})
            .why == "check() failed: the package's own tests: not ok 1 - x");
  CHECK(of_fetch({"fatal: not found", "No space left on device",
                  "==> ERROR: Failure while downloading x git repo"})
            .why == "a source could not be downloaded: x git repo: not found");
}

TEST_CASE("only what pacman printed can show that it is the host's fault") {
  const std::string full = "error: Partition / too full: write: No space left on device";
  const std::string failed = "error: failed to commit transaction (not enough free disk space)";
  CHECK(of_dependencies({full, failed}).is_hosts);
  CHECK(of_dependencies({failed}).is_hosts);
  CHECK_FALSE(of_dependencies({full, "error: target not found: foo"}).is_hosts);
  CHECK_FALSE(of_build({full, "==> ERROR: A failure occurred in build()."}).is_hosts);
  CHECK_FALSE(of_fetch({full}).is_hosts);
  CHECK_FALSE(cause_in({full}, {"build", 137}).is_hosts);
}

TEST_CASE("makepkg's own words are told where nothing better is known") {
  CHECK(of_fetch({"==> ERROR: pkgver() generated an invalid version: a-b"}).why ==
        "makepkg: pkgver() generated an invalid version: a-b");
  CHECK(cause_in({"==> ERROR: pkgver is empty"}, {"inspect", 12}).why ==
        "the PKGBUILD has an error: pkgver is empty");
  CHECK(of_fetch({"gone"}).why.empty());
  // After its code 4 it is the PKGBUILD that spoke, and a signal is no reason of makepkg's.
  CHECK(of_build({"==> ERROR: it was the gods"}).why.empty());
  CHECK(cause_in({"==> ERROR: it was the gods"}, {"build", 143}).why.empty());
}

TEST_CASE("what pacman could not find or satisfy is named") {
  CHECK(of_dependencies({"error: target not found: foo>=2", "error: x"}).why ==
        "nothing provides what it needs: foo>=2");
  CHECK(of_dependencies({"error: failed to prepare transaction (could not satisfy dependencies)",
                         ":: unable to satisfy dependency 'foo>=2' required by bar"})
            .why == "nothing provides what it needs: 'foo>=2' required by bar");
  CHECK(of_dependencies({"error: failed to commit transaction (conflicting files)"}).why ==
        "pacman could not install what it needs: failed to commit transaction (conflicting files)");
  CHECK(of_dependencies({"nothing"}).why.empty());
  const std::string missing = "error: target not found: foo";
  CHECK_THAT(of_dependencies({"the repository r does not answer at http://r from this container, "
                              "or is empty: going on without it",
                              missing})
                 .advice,
             ContainsSubstring("vieter.container_address"));
}

TEST_CASE("the lines that are shown are those that show the cause") {
  const TempDir directory;
  BuildRecord failed;
  failed.step = "build";
  failed.exit_code = 4;
  failed.log = directory.path() / "1.log";
  std::string text = "==> Starting build()...\n";
  for (int i = 0; i < 50; ++i) text += "CC " + std::to_string(i) + "\n";
  text += "x.c: In function\nx.c:1:2: error: no\n";
  for (int i = 50; i < 90; ++i) text += "CC " + std::to_string(i) + "\n";
  text += "==> ERROR: A failure occurred in build().\n    Aborting...\n";
  write_file_atomically(failed.log, text);
  CHECK(telling_lines(failed, 4) ==
        Lines{"x.c: In function", "x.c:1:2: error: no", "CC 50", "CC 51"});
  write_file_atomically(failed.log,
                        "==> Making\n==> Starting build()...\nwhat\n\n==> ERROR: A failure "
                        "occurred in build().\nAborting\n");
  CHECK(telling_lines(failed, 9) ==
        Lines{"==> Starting build()...", "what", "==> ERROR: A failure occurred in build()."});
  std::string at_end = "before\n==> Starting build()...\n";
  for (int i = 0; i < 50; ++i) at_end += "CC " + std::to_string(i) + "\n";
  write_file_atomically(failed.log, at_end + "x.c:1:2: error: no\n");
  failed.exit_code = 137;
  CHECK(telling_lines(failed, 3) == Lines{"CC 48", "CC 49", "x.c:1:2: error: no"});
  const std::string offline =
      "==> Starting build()...\ncurl: Could not resolve host: x\nCC 1\nCC 2\nx: Permission "
      "denied\n==> ERROR: A failure occurred in build().\n";
  write_file_atomically(failed.log, offline);
  failed.exit_code = 4;
  CHECK(telling_lines(failed, 2) ==
        Lines{"==> Starting build()...", "curl: Could not resolve host: x"});
  failed.conditions = "network=on\nowns=\n";
  CHECK(telling_lines(failed, 2) == Lines{"CC 2", "x: Permission denied"});
  write_file_atomically(failed.log, text);
  failed.step = "dependencies";
  CHECK(telling_lines(failed, 2) ==
        Lines{"==> ERROR: A failure occurred in build().", "    Aborting..."});
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
