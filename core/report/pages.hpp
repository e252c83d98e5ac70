#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/journal/target_facts.hpp"
#include "core/report/report.hpp"

/// The texts of the report's files.
namespace pkgkiln::report {

/// What all of them show.
struct Snapshot {
  const ReportSettings& settings;
  std::string instance;                         // of the state directory
  std::vector<TargetState> states;              // by need
  std::vector<RunRecord> runs, runs_with_work;  // the newest first
  std::map<std::string, Held> held;
  std::map<std::string, Relatives> relatives;
  std::set<std::string> pages;  // targets that have one
};

/// Compiled in.
extern const char* const page_css;
extern const char* const page_js;

/// A page of its own, around what is its main part. `above` leads to the report's folder.
std::string page(const ReportSettings& settings, const std::string& title, const std::string& above,
                 const std::string& main);
/// A status as a word with a shape.
std::string status_mark(Status status);
/// good, bad, waiting, blocked.
const char* kind_word(Status status);
/// "2026-11-27 20:10 UTC", which scripts make "3 h ago".
std::string time_mark(std::chrono::system_clock::time_point time);
/// "since 2026-11-27 20:10 UTC", which scripts make "since 3 h".
std::string since_mark(std::chrono::system_clock::time_point time);
/// RFC 3339.
std::string date_time(std::chrono::system_clock::time_point time);
std::optional<std::chrono::milliseconds> time_of(const BuildRecord& build);

std::string index_page(const Snapshot& snapshot);
/// The table of all targets in pages for those without scripts.
std::vector<std::string> list_pages(const Snapshot& snapshot);

/// A build whose log is shown, and where.
struct ShownLog {
  std::string page, whole;  // names of files in logs/; no `whole`: the page shows all
};
std::string target_page(const Snapshot& snapshot, const TargetState& state,
                        const std::optional<BuildRecord>& good,
                        const std::vector<PastBuild>& builds,
                        const std::map<std::string, ShownLog>& logs);

/// What a build printed, by steps that fold; of a long log its end.
struct LogPage {
  std::string text;
  bool is_cut = false;
};
/// Nothing where the log can't be read. `whole` is where all of it will be if it is cut.
std::optional<LogPage> log_page(const ReportSettings& settings, const BuildRecord& build,
                                const std::string& whole);

std::string feed(const Snapshot& snapshot, const std::vector<BuildRecord>& news);
std::string metrics(const Snapshot& snapshot);

}  // namespace pkgkiln::report
