#include <limits>
#include <set>
#include <string_view>

#include "core/base/text.hpp"
#include "core/job/job.hpp"
#include "core/journal/history_rows.hpp"

namespace pkgkiln {

namespace {

/// Some months of hourly runs.
constexpr const char* kForgetRuns =
    "DELETE FROM runs WHERE id <= (SELECT MAX(id) FROM runs) - 5000";

std::string needs_of(const Job& job) {
  std::string text;
  if (job.inspection && job.inspection->srcinfo)
    for (const auto& one : job.inspection->srcinfo->build_dependencies()) text += one + "\n";
  return text;
}

/// Whether nothing of the target's own decided it: then it is tried again before it is due anew.
bool is_of_others(const BuildRecord& record) {
  return record.status == Status::blocked || record.status == Status::deferred ||
         (record.status == Status::failed && record.fault != Fault::target);
}

void record_attempt(const sqlite::Connection& connection, const Job& job, std::int64_t now) {
  const bool has_needs = job.inspection && job.inspection->srcinfo;
  sqlite::Statement insert(connection, R"(
    INSERT INTO states (target, repository, status, standing, step, why, hint, needs, attempted,
                        since, schedule, failed_status, failed_step)
      VALUES (?1,?2,?3,?4,?5,?6,?7,?8, CASE ?11 WHEN 1 THEN 0 ELSE ?9 END, ?9,?10,?13,?14)
      ON CONFLICT (target) DO UPDATE SET
        repository = ?2, status = ?3, step = ?5, why = ?6, hint = ?7,
        attempted = CASE ?11 WHEN 1 THEN attempted ELSE ?9 END, schedule = ?10,
        needs = CASE ?12 WHEN 1 THEN ?8 ELSE needs END,
        since = CASE standing WHEN ?4 THEN since ELSE ?9 END, standing = ?4,
        failed_status = CASE ?15 WHEN 1 THEN ?13 ELSE failed_status END,
        failed_step = CASE ?15 WHEN 1 THEN ?14 ELSE failed_step END)");
  const auto& record = job.record;
  insert.bind(record.target).bind(record.repository);
  insert.bind(word(record.status)).bind(word(kind_of(record.status)));
  insert.bind(record.step).bind(record.why).bind(record.hint).bind(needs_of(job));
  insert.bind(now).bind(job.target.schedule);
  insert.bind(is_of_others(record) ? 1 : 0).bind(has_needs ? 1 : 0);
  const bool is_bad = has_failed(record.status);
  insert.bind(is_bad ? word(record.status) : "").bind(is_bad ? record.step : "");
  insert.bind(is_bad || is_good(record.status) ? 1 : 0).step();
}

}  // namespace

void History::record_attempts(const std::vector<const Job*>& jobs, Time now) {
  const std::lock_guard lock(database_->mutex);
  sqlite::Transaction transaction(database_->connection);
  for (const auto* job : jobs)
    if (job->record.status != Status::interrupted)
      record_attempt(database_->connection, *job, to_number(now));
  transaction.commit();
}

void History::record_late_publication(const std::string& target, Time now) {
  Query update(*database_, R"(
    UPDATE states SET status = 'built', standing = 'built', step = '', why = '', hint = '',
                      since = ?2, failed_status = '', failed_step = ''
    WHERE target = ?1 AND (status = 'unpublished' OR (status = 'failed' AND step = 'publish')))");
  update.bind(target).bind(to_number(now)).step();
}

std::vector<TargetState> History::states() const {
  Query rows(*database_, (std::string(R"(
    SELECT s.target, s.repository, s.status, s.step, s.why, s.hint, s.attempted, s.since, s.needs,
           s.schedule, s.failed_status, s.failed_step, good.version, (SELECT file_name FROM files WHERE build_id = good.id LIMIT 1), )") +
                          kBuildColumns + R"(
    FROM states s
    LEFT JOIN builds ON builds.id = (SELECT MAX(id) FROM builds b WHERE b.target = s.target
                                     AND b.status <> 'blocked')
    LEFT JOIN builds good ON good.id = (SELECT MAX(id) FROM builds b WHERE b.target = s.target
                                        AND b.status IN ('built', 'up-to-date'))
    ORDER BY s.target)")
                             .c_str());
  std::vector<TargetState> states;
  while (rows.step()) {
    TargetState state;
    int column = 0;
    state.target = rows.text(column);
    state.repository = rows.text(++column);
    state.status = status_of(rows.text(++column)).value_or(Status::failed);
    for (auto* field : {&state.step, &state.why, &state.hint}) *field = rows.text(++column);
    state.attempted = to_time(rows.number(++column));
    state.since = to_time(rows.number(++column));
    const auto needs = rows.text(++column);
    for (std::string_view rest = needs; !rest.empty();)
      state.needs.emplace_back(take_until(rest, '\n'));
    state.schedule = rows.text(++column);
    const auto failed = status_of(rows.text(++column));
    auto step = rows.text(++column);
    if (failed) state.failure = {*failed, std::move(step)};
    const auto version = rows.text(++column);
    state.version = recorded_version(version, rows.text(++column));
    if (rows.number(++column) != 0) state.last_build = build_of(rows, column);
    states.push_back(std::move(state));
  }
  return states;
}

void History::forget_states(const std::function<bool(const std::string& target)>& is_target) {
  const std::lock_guard lock(database_->mutex);
  const auto& connection = database_->connection;
  std::vector<std::string> gone;
  {
    sqlite::Statement rows(connection, "SELECT target FROM states");
    while (rows.step())
      if (auto name = rows.text(0); !is_target(name)) gone.push_back(std::move(name));
  }
  if (gone.empty()) return;
  sqlite::Transaction transaction(database_->connection);
  for (const auto& name : gone) {
    sqlite::Statement remove(connection, "DELETE FROM states WHERE target = ?");
    remove.bind(name).step();
  }
  transaction.commit();
}

std::vector<BuildRecord> History::builds(const std::string& target, std::size_t most) const {
  const std::lock_guard lock(database_->mutex);
  const auto& connection = database_->connection;
  // Of a target by its index: it may have few builds among those of thousands.
  sqlite::Statement rows(connection, (std::string("SELECT ") + kBuildColumns + "FROM builds " +
                                      (target.empty() ? "WHERE ?1 = ''" : "WHERE target = ?1") +
                                      " ORDER BY id DESC LIMIT ?2")
                                         .c_str());
  rows.bind(target).bind(static_cast<std::int64_t>(most));
  std::vector<BuildRecord> builds;
  while (rows.step()) {
    builds.push_back(build_of(rows));
    read_lists(connection, rows.number(0), builds.back());
  }
  return builds;
}

std::vector<PastBuild> History::past_builds(const std::string& target, std::size_t most) const {
  Query rows(*database_, (std::string("SELECT (SELECT TOTAL(bytes) FROM files "
                                      "WHERE build_id = builds.id), ") +
                          kBuildColumns + "FROM builds WHERE target = ? ORDER BY id DESC LIMIT ?")
                             .c_str());
  rows.bind(target).bind(static_cast<std::int64_t>(most));
  std::vector<PastBuild> builds;
  while (rows.step())
    builds.push_back({build_of(rows, 1), static_cast<std::uint64_t>(rows.number(0))});
  return builds;
}

std::vector<BuildRecord> History::news(std::size_t most) const {
  Query rows(*database_, (std::string("SELECT ") + kBuildColumns +
                          "FROM builds WHERE status IN ('failed', 'timed-out') OR "
                          "(status = 'built' AND version NOT IN ('', previous_version)) "
                          "ORDER BY id DESC LIMIT ?")
                             .c_str());
  rows.bind(static_cast<std::int64_t>(most));
  std::vector<BuildRecord> builds;
  while (rows.step()) builds.push_back(build_of(rows));
  return builds;
}

std::map<std::string, std::string> History::build_marks() const {
  // A build that is recorded again, as when it leaves the spool, keeps its id.
  Query rows(*database_,
             "SELECT target, COUNT(*) || ' ' || MAX(id) || ' ' || MIN(id) || ' ' || "
             "SUM(status = 'unpublished') FROM builds GROUP BY target");
  std::map<std::string, std::string> marks;
  while (rows.step()) marks.emplace(rows.text(0), rows.text(1));
  return marks;
}

void History::record_run(const RunRecord& run) {
  const std::lock_guard lock(database_->mutex);
  sqlite::Transaction transaction(database_->connection);
  sqlite::Statement insert(database_->connection, R"(
    INSERT INTO runs (run, host, started, finished, exit_code, targets, built, failed, waiting,
                      problem)
      VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)
      ON CONFLICT (run) DO UPDATE SET finished = ?4, exit_code = ?5, targets = ?6, built = ?7,
        failed = ?8, waiting = ?9, problem = ?10)");
  insert.bind(run.run).bind(run.host).bind(to_number(run.started));
  insert.bind(run.finished ? to_number(*run.finished) : 0).bind(run.exit_code);
  for (const auto count : {run.targets, run.built, run.failed, run.waiting})
    insert.bind(static_cast<std::int64_t>(count));
  insert.bind(run.problem).step();
  sqlite::Statement(database_->connection, kForgetRuns).step();
  transaction.commit();
}

std::vector<RunRecord> History::runs(std::size_t most, Runs which) const {
  Query rows(*database_, R"(
    SELECT run, host, started, finished, exit_code, targets, built, failed, waiting, problem
    FROM runs WHERE ?1 OR finished = 0 OR targets > 0 OR exit_code <> 0
    ORDER BY id DESC LIMIT ?2)");
  rows.bind(which == Runs::all ? 1 : 0).bind(static_cast<std::int64_t>(most));
  std::vector<RunRecord> runs;
  while (rows.step()) {
    RunRecord run;
    run.run = rows.text(0);
    run.host = rows.text(1);
    run.started = to_time(rows.number(2));
    if (rows.number(3) != 0) run.finished = to_time(rows.number(3));
    run.exit_code = static_cast<int>(rows.number(4));
    int column = 4;
    for (auto* count : {&run.targets, &run.built, &run.failed, &run.waiting})
      *count = static_cast<std::size_t>(rows.number(++column));
    run.problem = rows.text(++column);
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace pkgkiln
