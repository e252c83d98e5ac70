#include "cli/tables.hpp"

#include "core/base/file.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

BuildRecord result_of(const std::string& name, Status status) {
  BuildRecord result;
  result.target = name;
  result.status = status;
  return result;
}

}  // namespace

TEST_CASE("a table's columns are as wide as their widest cell") {
  CHECK(cli::table({{"a", "bcd", "e"}, {"ünï", "f", "g"}}) == "a    bcd  e\nünï  f    g\n");
  CHECK(cli::table({{"evil\x1b[2J", "x"}}) == "evil\\x1b[2J  x\n");
}

TEST_CASE("a plan says what and why") {
  Job build{{}, {}, {Build{"it was never built here"}}};
  build.target.name = "foo";
  Job lost{{}, {}, {Unplannable{"source", Error("no answer").advise("try again")}}};
  lost.target.name = "lost";
  CHECK(cli::plan_table({build, lost}) ==
        "foo   build   it was never built here\nlost  failed  no answer\n");
}

TEST_CASE("an explained plan shows what it was made by, a line each") {
  Job job{{}, {}, {Build{"it moved"}}};
  job.target.name = "foo";
  job.plan.evidence = {{"refs/heads/main", "at c0ffee"}, {"evil\x1b[2J", "gone\n"}};
  CHECK(cli::plan_explanation({job}) ==
        "foo: build: it moved\n  refs/heads/main: at c0ffee\n  evil\\x1b[2J: gone\n");
}

TEST_CASE("targets are shown without credentials") {
  Target target;
  target.name = "foo";
  target.repository = "repo";
  target.url = "https://user:secret@example.org/foo.git";
  target.branch = "main";
  const auto text = cli::targets_table({target});
  CHECK(text.find("secret") == std::string::npos);
  CHECK_THAT(text, ContainsSubstring("example.org/foo.git branch main"));
}

TEST_CASE("a summary tells failures with their step, code, hint, last lines and log") {
  const TempDir directory;
  const auto log = directory.path() / "1.log";
  write_file_atomically(log, "first\nthe reason\n");
  auto good = result_of("good", Status::built);
  good.files = {{"good-1-1-any.pkg.tar.zst", ""}};
  auto bad = result_of("bad", Status::failed);
  bad.step = "build";
  bad.exit_code = 4;
  bad.why = "a function of the PKGBUILD failed";
  bad.log = log;
  bad.hint = "check() failed";
  const auto text = cli::summary({good, bad, result_of("waits", Status::unpublished)});
  CHECK_THAT(text, ContainsSubstring("good   built        good-1-1-any.pkg.tar.zst\n"));
  CHECK_THAT(text, ContainsSubstring("bad: failed at step build\n"
                                     "  a function of the PKGBUILD failed\n"
                                     "  exit code: 4\n"
                                     "  hint: check() failed\n"
                                     "  | first\n"
                                     "  | the reason\n"
                                     "  log: " +
                                     log.string() + "\n"));
  CHECK_THAT(text, Catch::Matchers::EndsWith("1 built, 0 up-to-date, 1 failed, 1 unpublished\n"));
  CHECK(cli::summary({}) == "0 built, 0 up-to-date, 0 failed\n");
}

TEST_CASE("a summary tells changes that are not published") {
  auto stale = result_of("stale", Status::up_to_date);
  stale.why = "its files changed";
  stale.built_from = "ab";
  CHECK(cli::summary({stale, result_of("good", Status::up_to_date)}) ==
        "stale  up-to-date  its files changed\ngood   up-to-date  \n\n"
        "0 built, 2 up-to-date, 0 failed; 1 with a change that is not published\n");
}

TEST_CASE("a summary may leave out what went well") {
  const auto text =
      cli::summary({result_of("good", Status::built), result_of("fine", Status::up_to_date),
                    result_of("bad", Status::failed)},
                   cli::Rows::not_good);
  CHECK_THAT(text, Catch::Matchers::StartsWith("bad  failed"));
  CHECK_THAT(text, !ContainsSubstring("good") && !ContainsSubstring("fine"));
  CHECK_THAT(text, Catch::Matchers::EndsWith("1 built, 1 up-to-date, 1 failed\n"));
}

TEST_CASE("a summary counts what was blocked, and says why") {
  auto blocked = result_of("app", Status::blocked);
  blocked.why = "its dependency 'lib' failed";
  const auto text = cli::summary({result_of("lib", Status::failed), blocked});
  CHECK_THAT(text, ContainsSubstring("app  blocked  its dependency 'lib' failed\n"));
  CHECK_THAT(text, ContainsSubstring("\napp: blocked\n  its dependency 'lib' failed\n"));
  CHECK_THAT(text, Catch::Matchers::EndsWith("0 built, 0 up-to-date, 1 failed, 1 blocked\n"));
}
