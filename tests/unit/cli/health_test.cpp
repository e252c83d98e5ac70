#include "cli/health.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace pkgkiln::cli;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

const auto kChecked = std::chrono::system_clock::from_time_t(1'800'000'000);

RunRecord run_that_ended(std::chrono::seconds ago, int code) {
  RunRecord run;
  run.started = kChecked - ago - 1min;
  run.finished = kChecked - ago;
  run.exit_code = code;
  run.targets = 5;
  run.failed = 1;
  return run;
}

Health after(const RunRecord& run, bool goes_on = false) {
  return health_of({run}, goes_on, 2h, kChecked);
}

}  // namespace

TEST_CASE("a host is well when its last run was in time and did its work") {
  for (const int code : {0, 1, 5}) CHECK(after(run_that_ended(1h, code)).good);
  CHECK_THAT(after(run_that_ended(1h, 1)).reason,
             ContainsSubstring("went well: 5 targets, 0 built, 1 failed"));
}

TEST_CASE("a host is not well without a run that did its work in time") {
  CHECK_FALSE(health_of({}, false, 2h, kChecked).good);
  const auto late = after(run_that_ended(3h, 0));
  CHECK_FALSE(late.good);
  CHECK_THAT(late.reason,
             ContainsSubstring("no run since") && ContainsSubstring("expected one within 2h"));
  auto failed = run_that_ended(1h, 3);
  failed.problem = "no engine\nis there";
  CHECK_FALSE(after(failed).good);
  CHECK_THAT(after(failed).reason,
             ContainsSubstring("ended with 3: no engine") && !ContainsSubstring("\n"));
  CHECK_FALSE(after(run_that_ended(1h, 143)).good);
}

TEST_CASE("a host is well while a run goes on, however long, and not when it was killed") {
  auto run = run_that_ended(9h, 0);
  run.finished.reset();
  CHECK(after(run, true).good);
  CHECK_FALSE(after(run, false).good);
  CHECK(health_of({}, true, 2h, kChecked).good);
}
