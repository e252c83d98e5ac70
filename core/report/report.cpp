#include "core/report/report.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <system_error>

#include "core/base/digest.hpp"
#include "core/report/escape.hpp"
#include "core/report/folder.hpp"
#include "core/report/pages.hpp"

namespace pkgkiln::report {

namespace {

namespace fs = std::filesystem;

/// Raise it when the same facts give another page.
constexpr int kLayout = 2;
constexpr std::size_t kShownBuilds = 50;
constexpr std::size_t kNews = 50;
/// Enough to find one that ended among those that were killed.
constexpr std::size_t kLookedAtRuns = 100;

Snapshot snapshot_of(const ReportSettings& settings, const StateDir& state, const History& history,
                     const Ledger& ledger) {
  Snapshot snapshot{settings,
                    state.instance(),
                    history.states(),
                    history.runs(kLookedAtRuns),
                    history.runs(kLookedAtRuns, History::Runs::with_work),
                    {},
                    {},
                    {}};
  std::map<std::string, std::string> makers;
  for (auto& name : ledger.names()) makers[std::move(name.pkgname)] = std::move(name.target);
  snapshot.relatives = relatives_of(snapshot.states, std::move(makers));
  for (auto& held : ledger.held()) snapshot.held.emplace(held.target, std::move(held));
  for (const auto& one : snapshot.states) snapshot.pages.insert(one.target);
  sort_by_need(snapshot.states);
  return snapshot;
}

/// All that the pages of a target show, or what that hangs on.
std::string mark_of(const Snapshot& snapshot, const TargetState& state, const std::string& builds) {
  std::error_code none;
  std::string text = fmt::format("{}\n{}\n", kLayout, snapshot.settings.title);
  const auto add = [&](const std::string& part) { text += part + '\0'; };
  for (const auto* field :
       {&state.target, &state.repository, &state.step, &state.why, &state.hint, &state.version})
    add(*field);
  add(word(state.status));
  add(date_time(state.since));
  add(builds);
  if (const auto& build = state.last_build)
    add(fmt::format("{} {}", build->build, fs::file_size(build->log, none)));
  if (const auto held = snapshot.held.find(state.target); held != snapshot.held.end())
    for (const auto& rule : held->second.rules) add("held " + rule);
  if (const auto found = snapshot.relatives.find(state.target); found != snapshot.relatives.end()) {
    for (const auto& need : found->second.needs)
      add("needs " + need.dependency + " " + need.target +
          (snapshot.pages.contains(need.target) ? " linked" : ""));
    for (const auto& other : found->second.needed_by) add("for " + other);
  }
  return sha256_of(text).substr(0, 32);
}

bool is_broken(Status status) {
  return kind_of(status) == Status::failed;
}

/// Of the newest build that has one, and of the newest that failed.
std::map<std::string, ShownLog> put_logs(Folder& folder, const Folder::Group& group,
                                         const ReportSettings& settings,
                                         const std::vector<PastBuild>& builds) {
  std::map<std::string, ShownLog> logs;
  bool has_newest = false;
  for (const auto& [build, size] : builds) {
    if (has_newest && !is_broken(build.status)) continue;
    ShownLog shown{group.name + "," + file_name_for(build.build) + ".html", {}};
    const auto whole = group.name + "," + file_name_for(build.build) + ".txt";
    const auto text = log_page(settings, build, whole);
    if (!text) continue;
    if (text->is_cut) shown.whole = whole;
    folder.put(group, "logs/" + shown.page, text->text);
    if (text->is_cut) folder.put_copy(group, "logs/" + whole, build.log);
    logs.emplace(build.build, std::move(shown));
    has_newest = true;
    if (is_broken(build.status)) break;
  }
  return logs;
}

void put_target(Folder& folder, const Snapshot& snapshot, const TargetState& state,
                const std::string& marked, const History& history) {
  const Folder::Group group{file_name_for(state.target), mark_of(snapshot, state, marked)};
  if (folder.keep(group)) return;
  const auto builds = history.past_builds(state.target, kShownBuilds);
  const auto logs = put_logs(folder, group, snapshot.settings, builds);
  folder.put(group, "targets/" + group.name + ".html",
             target_page(snapshot, state, history.last_good(state.target), builds, logs));
}

}  // namespace

Written write_report(const ReportSettings& settings, const StateDir& state, const History& history,
                     const Ledger& ledger) {
  Folder folder(settings.path);
  const auto snapshot = snapshot_of(settings, state, history, ledger);
  const auto marks = history.build_marks();
  folder.put("page.css", page_css);
  folder.put("page.js", page_js);
  if (settings.key) folder.put("key.asc", settings.key->armored);
  for (const auto& one : snapshot.states) {
    const auto found = marks.find(one.target);
    put_target(folder, snapshot, one, found == marks.end() ? "" : found->second, history);
  }
  const auto lists = list_pages(snapshot);
  for (std::size_t i = 0; i < lists.size(); ++i)
    folder.put(fmt::format("list-{}.html", i + 1), lists[i]);
  folder.put("feed.xml", feed(snapshot, history.news(kNews)));
  folder.put("metrics.prom", metrics(snapshot));
  folder.put("index.html", index_page(snapshot));
  folder.finish();
  return {folder.written(), folder.removed()};
}

}  // namespace pkgkiln::report
