#include "core/journal/history_rows.hpp"

#include <algorithm>

#include "core/package/package_name.hpp"

namespace pkgkiln {

namespace {

using Clock = std::chrono::system_clock;

Fault fault_of(std::string_view word) {
  const auto* const found = std::find(kFaultWords.begin(), kFaultWords.end(), word);
  return found == kFaultWords.end() ? Fault::elsewhere
                                    : static_cast<Fault>(found - kFaultWords.begin());
}

}  // namespace

std::int64_t to_number(Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

Clock::time_point to_time(std::int64_t number) {
  return Clock::time_point(
      std::chrono::duration_cast<Clock::duration>(std::chrono::nanoseconds(number)));
}

BuildRecord build_of(const sqlite::Statement& row, int column) {
  BuildRecord build;
  for (auto* field : {&build.build, &build.target, &build.url, &build.branch, &build.path,
                      &build.repository, &build.commit, &build.image})
    *field = row.text(++column);
  build.status = status_of(row.text(++column)).value_or(Status::failed);
  build.step = row.text(++column);
  build.exit_code = static_cast<int>(row.number(++column));
  build.why = row.text(++column);
  build.started = to_time(row.number(++column));
  build.finished = to_time(row.number(++column));
  build.peak_memory = static_cast<std::uint64_t>(row.number(++column));
  build.log = row.text(++column);
  build.tree = row.text(++column);
  build.conditions = row.text(++column);
  build.fault = fault_of(row.text(++column));
  for (auto* field :
       {&build.hint, &build.built_from, &build.host, &build.version, &build.previous_version})
    *field = row.text(++column);
  return build;
}

void read_lists(const sqlite::Connection& connection, std::int64_t id, BuildRecord& build) {
  sqlite::Statement files(
      connection, "SELECT file_name, sha256, bytes FROM files WHERE build_id = ? ORDER BY rowid");
  files.bind(id);
  while (files.step())
    build.files.push_back(
        {files.text(0), files.text(1), static_cast<std::uint64_t>(files.number(2))});
  sqlite::Statement sources(connection,
                            "SELECT source, commit_id FROM vcs_sources WHERE build_id = ? "
                            "ORDER BY rowid");
  sources.bind(id);
  while (sources.step()) build.vcs_sources.push_back({sources.text(0), sources.text(1)});
  sqlite::Statement steps(connection,
                          "SELECT step, milliseconds FROM steps WHERE build_id = ? ORDER BY rowid");
  steps.bind(id);
  while (steps.step())
    build.steps.push_back({steps.text(0), std::chrono::milliseconds(steps.number(1))});
}

}  // namespace pkgkiln
