#include "core/job/job.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/journal/records.hpp"

using namespace pkgkiln;
using test::HistorySetup;
using test::made;

namespace {

std::chrono::system_clock::time_point hour(int number) {
  return std::chrono::system_clock::time_point(std::chrono::hours(number));
}

/// One that ended like that.
Job ended(const std::string& target, Status status, int at_hour) {
  Job job;
  job.record.target = target;
  job.record.repository = "mine";
  job.record.status = status;
  job.record.started = job.record.finished = hour(at_hour);
  return job;
}

}  // namespace

TEST_CASE("how a target stands is known since its kind of outcome changed") {
  const HistorySetup setup;
  History history(setup.state);
  CHECK(history.states().empty());
  const auto attempt = [&](Status status, int at_hour) {
    const auto job = ended("t", status, at_hour);
    history.record_attempts({&job}, hour(at_hour));
    return history.states().at(0);
  };
  CHECK(attempt(Status::built, 1).since == hour(1));
  const auto still = attempt(Status::up_to_date, 2);
  CHECK(still.status == Status::up_to_date);
  CHECK(still.attempted == hour(2));
  CHECK(still.since == hour(1));
  CHECK(attempt(Status::failed, 3).since == hour(3));
  const auto again = attempt(Status::timed_out, 4);
  CHECK(again.status == Status::timed_out);
  CHECK(again.since == hour(3));
  CHECK(attempt(Status::interrupted, 5).attempted == hour(4));
  CHECK(attempt(Status::held, 6).since == hour(6));
  CHECK(attempt(Status::built, 7).since == hour(7));
}

TEST_CASE("that a target failed is known until it goes well, whatever it waited for") {
  const HistorySetup setup;
  History history(setup.state);
  const auto failure_after = [&](Status status, const char* step = "") {
    auto job = ended("t", status, 1);
    job.record.step = step;
    history.record_attempts({&job});
    return history.states().at(0).failure;
  };
  CHECK_FALSE(failure_after(Status::blocked));
  CHECK(failure_after(Status::failed, "build") == Failure{Status::failed, "build"});
  for (const auto waiting : {Status::blocked, Status::deferred, Status::held})
    CHECK(failure_after(waiting) == Failure{Status::failed, "build"});
  CHECK_FALSE(failure_after(Status::up_to_date));
  CHECK(failure_after(Status::unpublished) == Failure{Status::unpublished, ""});
  history.record_late_publication("t");
  CHECK_FALSE(history.states().at(0).failure);
}

TEST_CASE("how targets stand is told with what is published and what was built last") {
  const HistorySetup setup;
  History history(setup.state);
  history.record(made("b", "b1", "built", {"b-1:2-1-any.pkg.tar.zst"}));
  history.record(made("b", "b2", "failed"));
  history.record(made("b", "b3", "blocked"));
  auto failed = ended("b", Status::failed, 1);
  failed.record.step = "build";
  failed.record.why = "it's why";
  failed.record.hint = "a hint";
  failed.target.schedule = "@daily";
  failed.inspection = std::make_shared<Inspection>();
  failed.inspection->srcinfo.emplace().packages.push_back({});
  failed.inspection->srcinfo->makedepends = {"c>=2", "d"};
  const auto first = ended("a", Status::deferred, 1);
  history.record_attempts({&failed, &first});
  failed.inspection.reset();
  history.record_attempts({&failed});

  const auto states = History(setup.state).states();
  REQUIRE(states.size() == 2);
  CHECK(states[0].target == "a");
  CHECK(states[0].version.empty());
  CHECK_FALSE(states[0].last_build);
  CHECK(states[1].repository == "mine");
  CHECK(states[1].step == "build");
  CHECK(states[1].why == "it's why");
  CHECK(states[1].hint == "a hint");
  CHECK(states[1].schedule == "@daily");
  CHECK(states[0].schedule.empty());
  CHECK(states[1].needs == std::vector<std::string>{"c>=2", "d"});
  CHECK(states[1].version == "1:1.0-1");
  REQUIRE(states[1].last_build);
  CHECK(states[1].last_build->build == "b2");
  CHECK(states[1].last_build->host == "kiln.example.com");

  history.forget_states([](const std::string& target) { return target == "b"; });
  REQUIRE(history.states().size() == 1);
  CHECK(history.states()[0].target == "b");
}

TEST_CASE("builds are listed with all that is known of them, the newest first") {
  const HistorySetup setup;
  History history(setup.state);
  const auto first = test::full_record("t", "b1");
  const auto second = test::full_record("u", "b2");
  const auto third = test::full_record("t", "b3");
  for (const auto& one : {first, second, third}) history.record(one);
  CHECK(history.builds("t", 10) == std::vector<BuildRecord>{third, first});
  CHECK(history.builds("", 2) == std::vector<BuildRecord>{third, second});
  CHECK(history.builds("x", 10).empty());
}

TEST_CASE("a run is recorded from its begin on") {
  const HistorySetup setup;
  RunRecord run;
  run.run = "r1";
  run.host = "kiln";
  run.started = hour(1);
  History history(setup.state);
  history.record_run(run);
  CHECK(history.runs(5) == std::vector<RunRecord>{run});
  run.finished = hour(2);
  run.exit_code = 3;
  run.targets = 10;
  run.built = 4;
  run.failed = 3;
  run.waiting = 2;
  run.problem = "no engine";
  history.record_run(run);
  auto next = run;
  next.run = "r2";
  history.record_run(next);
  CHECK(history.runs(5) == std::vector<RunRecord>{next, run});
  CHECK(history.runs(1) == std::vector<RunRecord>{next});
  RunRecord idle = run;
  idle.run = "idle";
  idle.targets = idle.built = idle.failed = idle.waiting = 0;
  idle.exit_code = 0;
  idle.problem.clear();
  idle.finished = idle.started;
  history.record_run(idle);
  CHECK(history.runs(1).front().run == "idle");
  CHECK(history.runs(1, History::Runs::with_work) == std::vector<RunRecord>{next});
}

TEST_CASE("former builds are told with the size of what they made") {
  const HistorySetup setup;
  History history(setup.state);
  auto first = test::full_record("t", "b1");
  history.record(first);
  history.record(made("t", "b2", "failed"));
  history.record(made("u", "b3", "built"));
  const auto builds = history.past_builds("t", 5);
  REQUIRE(builds.size() == 2);
  CHECK(builds[0].build.build == "b2");
  CHECK(builds[0].size == 0);
  CHECK(builds[1].size == 1'234);
  first.files.clear();
  first.steps.clear();
  first.vcs_sources.clear();
  CHECK(builds[1].build == first);
  CHECK(history.past_builds("t", 1).size() == 1);
  CHECK(history.past_builds("", 5).empty());
}

TEST_CASE("news are failures, and versions that were not there before") {
  const HistorySetup setup;
  History history(setup.state);
  const auto record = [&](const char* build, const char* status, const char* version,
                          const char* before) {
    auto one = made("t", build, status);
    one.version = version;
    one.previous_version = before;
    history.record(one);
  };
  record("first", "built", "1-1", "");
  record("same", "built", "1-1", "1-1");
  record("unknown", "built", "", "1-1");
  record("found", "up-to-date", "2-1", "1-1");
  record("failed", "failed", "2-1", "1-1");
  record("late", "timed-out", "2-1", "1-1");
  record("new", "built", "2-1", "1-1");
  std::vector<std::string> news;
  for (const auto& build : history.news(9)) news.push_back(build.build);
  CHECK(news == std::vector<std::string>{"new", "late", "failed", "first"});
  CHECK(history.news(1).size() == 1);
}

TEST_CASE("what is recorded of a target's builds has a mark, which changes with it") {
  const HistorySetup setup;
  History history(setup.state);
  CHECK(history.build_marks().empty());
  history.record(made("t", "b1", "built"));
  history.record(made("t", "b2", "unpublished"));
  history.record(made("u", "b3", "built"));
  const auto before = history.build_marks();
  CHECK(history.build_marks() == before);
  history.record(made("t", "b2", "built"));  // as when it leaves the spool
  const auto after = history.build_marks();
  CHECK(after.at("t") != before.at("t"));
  CHECK(after.at("u") == before.at("u"));
  history.record(made("u", "b4", "failed"));
  CHECK(history.build_marks().at("u") != after.at("u"));
}

TEST_CASE("what others decide is no attempt: it is tried again before it is due") {
  const HistorySetup setup;
  History history(setup.state);
  const auto after = [&](Status status, Fault fault, int at_hour) {
    auto job = ended("t", status, at_hour);
    job.record.fault = fault;
    history.record_attempts({&job}, hour(at_hour));
    return history.states().at(0);
  };
  CHECK(after(Status::failed, Fault::unreached, 1).attempted == hour(0));
  CHECK(after(Status::failed, Fault::target, 2).attempted == hour(2));
  CHECK(after(Status::blocked, Fault::elsewhere, 3).attempted == hour(2));
  CHECK(after(Status::deferred, Fault::elsewhere, 4).attempted == hour(2));
  const auto last = after(Status::failed, Fault::elsewhere, 5);
  CHECK(last.attempted == hour(2));
  CHECK(last.since == hour(5));
}

TEST_CASE("the time of an attempt is that of the run, whatever its record is of") {
  const HistorySetup setup;
  History history(setup.state);
  auto old = ended("t", Status::failed, 1);
  old.record.fault = Fault::target;
  history.record_attempts({&old}, hour(9));
  CHECK(history.states().at(0).attempted == hour(9));
}

TEST_CASE("a target that came to need nothing needs nothing") {
  const HistorySetup setup;
  History history(setup.state);
  auto job = ended("t", Status::built, 1);
  job.inspection = std::make_shared<Inspection>();
  job.inspection->srcinfo.emplace().makedepends = {"c"};
  history.record_attempts({&job});
  job.inspection->srcinfo->makedepends.clear();
  history.record_attempts({&job});
  CHECK(history.states().at(0).needs.empty());
}

TEST_CASE("a target whose packages are published late is good") {
  const HistorySetup setup;
  History history(setup.state);
  const auto waits = ended("waits", Status::unpublished, 1),
             fails = ended("fails", Status::failed, 1);
  history.record_attempts({&waits, &fails}, hour(1));
  for (const auto* target : {"waits", "fails"}) history.record_late_publication(target, hour(2));
  const auto states = history.states();
  CHECK(states[0].status == Status::failed);
  CHECK(states[1].status == Status::built);
  CHECK(states[1].since == hour(2));
  CHECK(states[1].attempted == hour(1));
}
