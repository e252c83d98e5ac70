#include "cli/summary.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "cli/terminal/live_view.hpp"
#include "cli/terminal/terminal.hpp"
#include "core/base/printable.hpp"
#include "core/builder/failure_cause.hpp"

namespace pkgkiln::cli {

namespace {

using Results = std::vector<const BuildRecord*>;
using Style = Span::Style;

constexpr std::size_t kShownLogLines = 10;
constexpr std::size_t kShownNames = 8;

bool waits(const BuildRecord& result) {
  return is_waiting(result.status) || result.is_blocked_by_waiting;
}

Style style_of(const BuildRecord& result) {
  if (has_failed(result.status)) return Style::bad;
  return result.status == Status::built ? Style::good : Style::warning;
}

/// A line each: what was built, what is published but not as it could be, what waits.
std::string rows(const Results& results, bool coloured) {
  std::vector<std::array<std::string, 3>> cells;
  std::size_t names = 0, words = 0;
  for (const auto* result : results) {
    const bool is_built = result->status == Status::built;
    auto rest = is_built ? fmt::format("{} in {}",
                                       version_change(result->previous_version, result->version),
                                       clock_text(result->finished - result->started))
                         : result->why;
    cells.push_back({printable(result->target), word(result->status), printable(rest)});
    names = std::max(names, text_width(cells.back()[0]));
    words = std::max(words, cells.back()[1].size());
  }
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto& [name, status, rest] = cells[i];
    text += painted({name, Style::bold}, coloured);
    text.append(names - text_width(name) + 2, ' ');
    text += painted({status, style_of(*results[i])}, coloured);
    text.append(words - status.size() + 2, ' ');
    text += rest + "\n";
  }
  return text;
}

/// Whether one reason is both of theirs, and no target's.
bool is_same(const BuildRecord& left, const BuildRecord& right) {
  return left.fault != Fault::target && right.fault != Fault::target &&
         left.status == right.status && left.step == right.step && left.why == right.why;
}

std::string names(const Results& alike, bool coloured) {
  std::string text;
  for (std::size_t i = 0; i < std::min(alike.size(), kShownNames); ++i)
    text += (i == 0 ? "" : ", ") + painted({printable(alike[i]->target), Style::bold}, coloured);
  if (alike.size() > kShownNames) text += fmt::format(" and {} more", alike.size() - kShownNames);
  return text;
}

std::string failure(const Results& alike, bool coloured) {
  const auto& first = *alike.front();
  auto text = fmt::format(
      "\n{}: {}{}\n", names(alike, coloured), painted({word(first.status), Style::bad}, coloured),
      printable((first.step.empty() ? "" : " at step " + first.step) + ": " + first.why));
  if (!first.hint.empty()) text += fmt::format("  hint: {}\n", printable(first.hint));
  if (first.log.empty() || alike.size() > 1) return text;
  for (const auto& line : telling_lines(first, kShownLogLines))
    text += painted({fmt::format("  | {}", line), Style::dim}, coloured) + "\n";
  return text + fmt::format("  log: {}\n", printable(first.log.string()));
}

std::string failures(const Results& failed, bool coloured) {
  std::vector<Results> groups;
  for (const auto* result : failed) {
    const auto found = std::ranges::find_if(
        groups, [&](const Results& group) { return is_same(*group.front(), *result); });
    if (found != groups.end())
      found->push_back(result);
    else
      groups.push_back({result});
  }
  std::string text;
  for (const auto& group : groups) text += failure(group, coloured);
  return text;
}

std::string counts(const std::vector<BuildRecord>& results) {
  std::string text;
  for (std::size_t i = 0; i < kStatuses; ++i) {
    const auto status = static_cast<Status>(i);
    const auto count = std::ranges::count(results, status, &BuildRecord::status);
    const bool always = is_good(status) || status == Status::failed;
    if (count > 0 || always)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, word(status));
  }
  const auto unpublished = std::ranges::count_if(
      results, [](const BuildRecord& result) { return !result.built_from.empty(); });
  if (unpublished > 0) text += fmt::format("; {} with a change that is not published", unpublished);
  const auto news = std::ranges::count_if(results, &BuildRecord::is_newly_held);
  if (news > 0)
    text += fmt::format("\n{} newly held: see pkgkiln held, and pkgkiln diff NAME", news);
  return text + "\n";
}

}  // namespace

std::string summary(const std::vector<BuildRecord>& results, Rows shown, bool coloured) {
  // By what they are: built, published in an older state, blocked, waiting.
  std::array<Results, 4> told;
  Results failed;
  const bool all = shown == Rows::all;
  for (const auto& result : results) {
    if (has_failed(result.status))
      failed.push_back(&result);
    else if (result.status == Status::built && all)
      told[0].push_back(&result);
    else if (result.status == Status::up_to_date && all && !result.built_from.empty())
      told[1].push_back(&result);
    else if (waits(result) ? all || result.is_newly_held : result.status == Status::blocked)
      told[waits(result) ? 3 : 2].push_back(&result);
  }
  for (std::size_t i = 1; i < told.size(); ++i)
    told[0].insert(told[0].end(), told[i].begin(), told[i].end());
  auto text = rows(told[0], coloured) + failures(failed, coloured);
  if (text.starts_with('\n')) text.erase(0, 1);
  return text + (text.empty() ? "" : "\n") + counts(results);
}

}  // namespace pkgkiln::cli
