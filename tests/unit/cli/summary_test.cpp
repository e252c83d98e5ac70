#include "cli/summary.hpp"

#include "core/base/file.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;

namespace {

BuildRecord result_of(const std::string& name, Status status) {
  BuildRecord result;
  result.target = name;
  result.status = status;
  return result;
}

BuildRecord built(const std::string& name, const std::string& from, const std::string& to) {
  auto result = result_of(name, Status::built);
  result.previous_version = from;
  result.version = to;
  result.finished = result.started + std::chrono::seconds(62);
  return result;
}

BuildRecord failed(const std::string& name, const std::string& step, const std::string& why) {
  auto result = result_of(name, Status::failed);
  result.step = step;
  result.why = why;
  return result;
}

}  // namespace

TEST_CASE("a summary tells what was built, from which version to which") {
  CHECK(cli::summary({result_of("same", Status::up_to_date), built("foo", "1-1", "2-1"),
                      built("編集", "", "3-1"), built("again", "4-1", "4-1")}) ==
        "foo    built  1-1 -> 2-1 in 1:02\n"
        "編集   built  3-1 in 1:02\n"
        "again  built  4-1 in 1:02\n"
        "\n3 built, 1 up-to-date, 0 failed\n");
  CHECK(cli::summary({}) == "0 built, 0 up-to-date, 0 failed\n");
}

TEST_CASE("a summary tells a failure by its cause, with the lines that show it") {
  const TempDir directory;
  auto bad = failed("bad", "build", "build() failed: x.c:1:2: error: no (by its output)");
  bad.log = directory.path() / "1.log";
  bad.hint = "mend it";
  bad.exit_code = 4;
  write_file_atomically(bad.log,
                        "before\n==> Starting build()...\nx.c:1:2: error: no\n==> ERROR: A failure "
                        "occurred in build().\n");
  CHECK(cli::summary({bad, result_of("waits", Status::unpublished)}) ==
        "bad: failed at step build: build() failed: x.c:1:2: error: no (by its output)\n"
        "  hint: mend it\n"
        "  | ==> Starting build()...\n"
        "  | x.c:1:2: error: no\n"
        "  | ==> ERROR: A failure occurred in build().\n"
        "  log: " +
            bad.log.string() +
            "\n\nwaits: unpublished:\n\n"
            "0 built, 0 up-to-date, 1 failed, 1 unpublished\n");
}

TEST_CASE("a reason that is no target's is told once") {
  std::vector<BuildRecord> results;
  for (int i = 0; i < 10; ++i) {
    results.push_back(failed("t" + std::to_string(i), "prepare", "no engine"));
    results.back().fault = Fault::unreached;
  }
  results.push_back(failed("other", "prepare", "no engine"));
  results.back().fault = Fault::target;
  CHECK(cli::summary(results) ==
        "t0, t1, t2, t3, t4, t5, t6, t7 and 2 more: failed at step prepare: no engine\n\n"
        "other: failed at step prepare: no engine\n\n"
        "0 built, 0 up-to-date, 11 failed\n");
}

TEST_CASE("a summary tells changes that are not published") {
  auto stale = result_of("stale", Status::up_to_date);
  stale.why = "its files changed";
  stale.built_from = "ab";
  CHECK(cli::summary({stale, result_of("good", Status::up_to_date)}) ==
        "stale  up-to-date  its files changed\n\n"
        "0 built, 2 up-to-date, 0 failed; 1 with a change that is not published\n");
}

TEST_CASE("a summary may leave out what went well") {
  const auto text = cli::summary({built("good", "", "1-1"), result_of("fine", Status::up_to_date),
                                  failed("bad", "fetch", "why")},
                                 cli::Rows::not_good);
  CHECK(text == "bad: failed at step fetch: why\n\n1 built, 1 up-to-date, 1 failed\n");
}

TEST_CASE("a summary counts what was blocked, and says why once") {
  auto blocked = result_of("app", Status::blocked);
  blocked.why = "its dependency 'lib' failed";
  CHECK(cli::summary({failed("lib", "build", "why"), blocked}, cli::Rows::not_good) ==
        "app  blocked  its dependency 'lib' failed\n\n"
        "lib: failed at step build: why\n\n"
        "0 built, 0 up-to-date, 1 failed, 1 blocked\n");
}

TEST_CASE("a summary tells what is held, once") {
  auto held = result_of("lumen", Status::held);
  held.why = "maintainer, install-script";
  auto waiting = result_of("app", Status::blocked);
  waiting.why = "blocked by lumen (held)";
  waiting.is_blocked_by_waiting = true;
  const auto later = cli::summary({held, waiting}, cli::Rows::not_good);
  CHECK(later == "0 built, 0 up-to-date, 0 failed, 1 blocked, 1 held\n");
  held.is_newly_held = true;
  CHECK(cli::summary({held, waiting}, cli::Rows::not_good) ==
        "lumen  held  maintainer, install-script\n\n"
        "0 built, 0 up-to-date, 0 failed, 1 blocked, 1 held\n"
        "1 newly held: see pkgkiln held, and pkgkiln diff NAME\n");
}

TEST_CASE("colours of a summary mean nothing that its words don't say") {
  const auto text =
      cli::summary({built("foo", "", "1-1"), failed("bad", "x", "why")}, cli::Rows::all, true);
  CHECK_THAT(text,
             ContainsSubstring("\x1b[1mfoo\x1b[0m  \x1b[32mbuilt\x1b[0m  1-1 in 1:02\n") &&
                 ContainsSubstring("\x1b[1mbad\x1b[0m: \x1b[1;31mfailed\x1b[0m at step x: why"));
}
