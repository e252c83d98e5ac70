#include "cli/state_tables.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

constexpr std::int64_t kThatTime = 1'790'000'000;

std::chrono::system_clock::time_point before_now(std::int64_t seconds) {
  return std::chrono::system_clock::from_time_t(kThatTime - seconds);
}

TargetState state_of(const std::string& target, Status status) {
  TargetState state;
  state.target = target;
  state.repository = "kiln";
  state.status = status;
  state.attempted = state.since = before_now(7'200);
  if (!is_good(status)) state.why = "why";
  return state;
}

BuildRecord build_of(const std::string& target) {
  BuildRecord build;
  build.build = "b1";
  build.target = target;
  build.status = Status::built;
  build.version = "2-1";
  build.host = "kiln";
  build.started = before_now(3'672);
  build.finished = before_now(3'600);
  return build;
}

RunRecord run_of(std::int64_t seconds) {
  RunRecord run;
  run.host = "kiln";
  run.started = before_now(seconds);
  run.finished = before_now(seconds - 60);
  run.exit_code = 1;
  run.targets = 9;
  run.built = 3;
  run.failed = 1;
  return run;
}

}  // namespace

TEST_CASE("what needs somebody comes first, then by name") {
  std::vector<TargetState> states;
  for (const auto& [target, status] :
       std::vector<std::pair<const char*, Status>>{{"b", Status::up_to_date},
                                                   {"d", Status::blocked},
                                                   {"a", Status::built},
                                                   {"f", Status::held},
                                                   {"c", Status::timed_out},
                                                   {"b2", Status::failed},
                                                   {"e", Status::unpublished}})
    states.push_back(state_of(target, status));
  sort_by_need(states);
  std::string order;
  for (const auto& state : states) order += state.target + " ";
  CHECK(order == "b2 c e f d a b ");
}

TEST_CASE("a status has the last build and why it is no good one, and below it the last run") {
  auto good = state_of("good", Status::up_to_date);
  good.version = "2-1";
  good.last_build = build_of("good");
  const auto text = cli::status_table(
      {{state_of("evil\x1b[2J", Status::failed), good}, {run_of(600)}, false}, kThatTime);
  CHECK(
      text ==
      "NAME         STATUS      VERSION  BUILT    TOOK        HOST  SINCE  WHY\n"
      "evil\\x1b[2J  failed      -        -        -           -     2 h    why\n"
      "good         up-to-date  2-1      1 h ago  1 min 12 s  kiln  2 h\n"
      "\n"
      "last run 10 min ago on kiln: 3 of 9 targets built, 1 failed, in 1 min 0 s (exit code 1)\n");
  CHECK(cli::status_table({}, kThatTime).empty());
}

TEST_CASE("a run that goes on is told from one that was killed") {
  auto unfinished = run_of(120);
  unfinished.finished.reset();
  const std::vector<RunRecord> runs{unfinished, run_of(7'200)};
  CHECK_THAT(cli::status_table({{}, runs, true}, kThatTime),
             StartsWith("a run has been going on for 2 min\nlast run 2 h ago"));
  CHECK_THAT(cli::status_table({{}, runs, false}, kThatTime),
             StartsWith("the newest run, 2 min ago, came to no end: it was killed\n"));
}

TEST_CASE("a history is a line a build") {
  auto failed = build_of("foo");
  failed.status = Status::failed;
  failed.step = "build";
  failed.why = "why";
  CHECK(cli::history_table({failed, build_of("foo")}, kThatTime) ==
        "WHEN     NAME  STATUS  VERSION  TOOK        HOST  BUILD  WHY\n"
        "1 h ago  foo   failed  2-1      1 min 12 s  kiln  b1     at step build: why\n"
        "1 h ago  foo   built   2-1      1 min 12 s  kiln  b1\n");
}

TEST_CASE("the overview tells what to do next") {
  CHECK_THAT(
      cli::overview({}, {}, "", kThatTime),
      ContainsSubstring("Nothing has been built yet") && ContainsSubstring("pkgkiln doctor"));
  // The runs of an earlier version are not known.
  CHECK_THAT(cli::overview({{state_of("bad", Status::failed)}, {}, false}, {}, "", kThatTime),
             ContainsSubstring("1 failed:\n  bad: why\n"));
  cli::Standing standing{{state_of("good", Status::built)}, {run_of(60)}, false};
  CHECK_THAT(cli::overview(standing, {}, "c.toml", kThatTime),
             ContainsSubstring("as c.toml says") && ContainsSubstring("1 of 1 targets are good") &&
                 !ContainsSubstring("retry") && !ContainsSubstring("approve"));
  standing.states[0].schedule = "@yearly";
  standing.states[0].attempted = std::chrono::system_clock::from_time_t(kThatTime);
  CHECK_THAT(cli::overview(standing, {}, "", kThatTime), ContainsSubstring("next due: good at 20"));
  standing.states[0].attempted -= std::chrono::hours(400 * 24);
  CHECK_THAT(cli::overview(standing, {}, "", kThatTime), ContainsSubstring("1 due now\n"));
  for (int i = 0; i < 12; ++i)
    standing.states.push_back(state_of("bad" + std::to_string(i), Status::failed));
  standing.states.push_back(state_of("later", Status::blocked));
  const Held held{"new", "c0ffee", "1-1", "2-1", {"maintainer", "source-host"}, {}, ""};
  CHECK_THAT(cli::overview(standing, {held}, "c.toml", kThatTime),
             ContainsSubstring("12 failed:\n  bad0: why\n") &&
                 ContainsSubstring("  and 2 more: pkgkiln status\n") &&
                 ContainsSubstring("1 held for you:\n  new: maintainer, source-host\n\n"
                                   "1 blocked by others:\n  later: why\n") &&
                 ContainsSubstring("pkgkiln retry") && ContainsSubstring("pkgkiln approve NAME"));
}

TEST_CASE("a target is shown with what it needs and what needs it") {
  auto state = state_of("foo", Status::failed);
  state.last_build = build_of("foo");
  state.last_build->url = "https://example.com/foo.git";
  state.schedule = "0 0 29 2 *";
  auto good = build_of("foo");
  good.files = {{"foo-2-1-any.pkg.tar.zst", "x", 2'048}};
  good.vcs_sources = {{"git+https://example.com/x", "c0ffee"}};
  const auto text =
      cli::target_details({state, good, {{{"bar>=2", "bar"}, {"cmake", ""}}, {"baz"}}}, kThatTime);
  for (const auto* line :
       {"-02-29 00:00 (0 0 29 2 *)\n", "why           why\n",
        "url           https://example.com/foo.git\n",
        "package       foo-2-1-any.pkg.tar.zst (2.0 KiB)\n",
        "source        git+https://example.com/x at c0ffee\n",
        "needs         bar>=2 (target bar)\n", "needs         cmake\n", "needed by     baz\n"})
    CHECK_THAT(text, ContainsSubstring(line));
}
