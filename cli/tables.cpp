#include "cli/tables.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <set>

#include "cli/terminal/terminal.hpp"
#include "core/base/printable.hpp"
#include "core/base/secret.hpp"
#include "core/job/build_record.hpp"

namespace pkgkiln::cli {

namespace {

struct Describe {
  std::vector<std::string> operator()(const Build& build) const { return {"build", build.why}; }
  std::vector<std::string> operator()(const Skip& skip) const { return {"up-to-date", skip.why}; }
  std::vector<std::string> operator()(const Hold& hold) const {
    return {hold.is_deferred ? "deferred" : "held", hold.why};
  }
  std::vector<std::string> operator()(const Unplannable& plan) const {
    return {"failed", plan.error->what()};
  }
};

}  // namespace

std::string table(std::vector<std::vector<std::string>> rows) {
  std::vector<std::size_t> widths;
  for (auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (auto& cell : row) cell = printable(cell);
    for (std::size_t i = 0; i + 1 < row.size(); ++i)
      widths[i] = std::max(widths[i], text_width(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] - text_width(row[i]) + 2, ' ');
    }
    while (text.ends_with(' ')) text.pop_back();
    text += '\n';
  }
  return text;
}

std::string plan_table(const std::vector<Job>& jobs) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& job : jobs) {
    auto row = std::visit(Describe{}, job.plan.decision);
    row.insert(row.begin(), job.target.name);
    rows.push_back(std::move(row));
  }
  return table(rows);
}

std::string plan_explanation(const std::vector<Job>& jobs) {
  std::string text;
  for (const auto& job : jobs) {
    const auto words = std::visit(Describe{}, job.plan.decision);
    text += printable(fmt::format("{}: {}: {}", job.target.name, words[0], words[1])) + "\n";
    for (const auto& evidence : job.plan.evidence)
      text += printable(fmt::format("  {}: {}", evidence.what, evidence.found)) + "\n";
  }
  return text;
}

std::string targets_table(const std::vector<Target>& targets) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& target : targets) {
    std::string where = displayable_url(target.url);
    if (!target.branch.empty()) where += " branch " + target.branch;
    if (!target.path.empty()) where += " path " + target.path;
    rows.push_back({target.name, target.repository, target.kind == TargetKind::git ? "git" : "url",
                    where, target.origin});
  }
  return table(rows);
}

std::string local_time(Due::Time when) {
  const auto time = std::chrono::system_clock::to_time_t(when);
  std::tm local{};
  return ::localtime_r(&time, &local) == nullptr ? "?" : fmt::format("{:%F %R}", local);
}

std::string schedule_table(const std::vector<Due>& due, Due::Time now) {
  if (due.empty()) return {};
  std::vector<std::vector<std::string>> rows{{"NAME", "SCHEDULE", "LAST ATTEMPT", "NEXT"}};
  for (const auto& one : due)
    rows.push_back({one.target, one.schedule.empty() ? "(every run)" : one.schedule,
                    one.attempted ? local_time(*one.attempted) : "never",
                    one.next <= now ? "due" : local_time(one.next)});
  return table(std::move(rows));
}

namespace {

/// Each target's needs are shown once; what is above it again is a circle.
class Tree {
 public:
  explicit Tree(const std::vector<Target>& targets) {
    for (const auto& target : targets) by_name_.emplace(target.name, &target);
  }

  std::string text;

  void add(const std::string& name) {
    path_ = {name};
    text += name + "\n";
    below(name, "");
  }

 private:
  void below(const std::string& name, const std::string& indent) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end() || !shown_.insert(name).second) return;
    const auto& needs = found->second->needs;
    for (std::size_t i = 0; i < needs.size(); ++i) {
      const bool is_last = i + 1 == needs.size();
      text += indent + (is_last ? "`-- " : "|-- ") + needs[i];
      const auto above = std::ranges::find(path_, needs[i]);
      if (above != path_.end()) {
        const std::vector<std::string> circle(above, path_.end());
        text += fmt::format(" (a circle: {} -> {})\n", fmt::join(circle, " -> "), needs[i]);
        continue;
      }
      const bool is_again = shown_.contains(needs[i]) && has_needs(needs[i]);
      text += is_again ? " (see above)\n" : "\n";
      if (is_again || path_.size() >= kDeepest) continue;
      path_.push_back(needs[i]);
      below(needs[i], indent + (is_last ? "    " : "|   "));
      path_.pop_back();
    }
  }

  bool has_needs(const std::string& name) const {
    const auto found = by_name_.find(name);
    return found != by_name_.end() && !found->second->needs.empty();
  }

  static constexpr std::size_t kDeepest = 200;
  std::map<std::string, const Target*> by_name_;
  std::set<std::string> shown_;
  std::vector<std::string> path_;
};

}  // namespace

std::string targets_tree(const std::vector<Target>& targets, std::vector<std::string> names) {
  if (names.empty())
    for (const auto& target : targets)
      if (target.needed_by.empty() && !target.needs.empty()) names.push_back(target.name);
  Tree tree(targets);
  for (const auto& name : names) tree.add(name);
  return std::move(tree.text);
}

std::string age_text(std::int64_t seconds) {
  constexpr std::int64_t minute = 60, hour = 3'600, day = 86'400, year = 365 * day;
  seconds = std::max<std::int64_t>(seconds, 0);
  if (seconds < hour) return fmt::format("{} min", seconds / minute);
  if (seconds < 2 * day) return fmt::format("{} h", seconds / hour);
  if (seconds < 2 * year) return fmt::format("{} d", seconds / day);
  return fmt::format("{} y", seconds / year);
}

std::string packages_table(const std::vector<AurPackage>& packages, std::int64_t now) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& package : packages)
    rows.push_back({package.name, package.version + (package.out_of_date != 0 ? " (old)" : ""),
                    fmt::format("{} votes", package.votes),
                    age_text(now - package.last_modified) + " ago",
                    package.is_orphan() ? "(orphan)" : package.maintainer, package.description});
  return table(std::move(rows));
}

std::string package_details(const AurPackage& package, const std::string& listed_in,
                            std::int64_t now) {
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const char* what, const std::string& value) {
    if (!value.empty()) rows.push_back({what, value});
  };
  const auto time = [&](std::int64_t when) {
    return when == 0
               ? std::string()
               : fmt::format("{:%F %R} UTC ({} ago)", fmt::gmtime(when), age_text(now - when));
  };
  const auto list = [](const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, " "));
  };
  add("name", package.name);
  add("package base", package.base);
  add("version", package.version);
  add("description", package.description);
  add("url", package.url);
  add("listed in", listed_in);
  add("maintainer", package.is_orphan() ? "nobody" : package.maintainer);
  add("co-maintainers", list(package.co_maintainers));
  add("submitter", package.submitter);
  add("submitted", time(package.first_submitted));
  add("last push", time(package.last_modified));
  add("out of date", time(package.out_of_date));
  add("votes", fmt::format("{}, popularity {:.2f}", package.votes, package.popularity));
  add("depends", list(package.depends));
  add("makedepends", list(package.make_depends));
  add("checkdepends", list(package.check_depends));
  add("provides", list(package.provides));
  add("conflicts", list(package.conflicts));
  add("replaces", list(package.replaces));
  for (const auto& warning : warnings_about(package, now)) add("warning", warning);
  return table(std::move(rows));
}

std::string held_table(const std::vector<Held>& held, std::int64_t now) {
  if (held.empty()) return {};
  std::vector<std::vector<std::string>> rows{{"NAME", "FROM -> TO", "SINCE", "WHY"}};
  for (const auto& one : held) {
    const auto to = one.version_to.empty() ? one.commit.substr(0, 7) : one.version_to;
    const auto since = std::chrono::system_clock::to_time_t(one.since);
    rows.push_back(
        {one.target, version_change(one.version_from, to), age_text(now - since),
         fmt::format("{}{}", fmt::join(one.rules, ", "),
                     one.needed_by.empty() ? "" : " (needed by " + one.needed_by + ")")});
  }
  return table(std::move(rows));
}

std::string new_targets_table(const std::vector<SeenTarget>& targets, std::int64_t now) {
  std::vector<std::vector<std::string>> rows{{"NAME", "VERSION", "MAINTAINER", "VOTES",
                                              "POPULARITY", "SUBMITTED", "LAST PUSH", "COMMIT",
                                              "NEEDED BY"}};
  std::string warnings;
  for (const auto& [target, tip, judged, srcinfo, thoughts] : targets) {
    const auto& aur = *target.aur;
    rows.push_back({target.name, srcinfo ? srcinfo->version : aur.version,
                    aur.is_orphan() ? "(orphan)" : aur.maintainer, std::to_string(aur.votes),
                    fmt::format("{:.2f}", aur.popularity),
                    age_text(now - aur.first_submitted) + " ago",
                    age_text(now - aur.last_modified) + " ago", fmt::format("{:.10}", tip.commit),
                    target.needed_by});
    for (const auto& told : judged.told)
      warnings += fmt::format("told: {}: {}\n", target.name, printable(told));
    if (!judged.barred.empty())
      warnings += fmt::format("warning: {}: {}\n", target.name, judged.barred);
    for (const auto& warning : thoughts)
      warnings += fmt::format("warning: {}: {}\n", target.name, printable(warning));
  }
  return table(std::move(rows)) + warnings;
}

}  // namespace pkgkiln::cli
