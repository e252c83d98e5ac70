#include "cli/review.hpp"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/json.hpp"
#include "cli/tables.hpp"
#include "core/base/printable.hpp"

namespace pkgkiln::cli {

namespace {

constexpr std::size_t kShortCommit = 7;

/// Escape sequences of a terminal, or nothing.
struct Colours {
  explicit Colours(bool are_wanted) : wanted_(are_wanted) {}

  std::string operator()(const char* code, const std::string& text) const {
    return wanted_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  }

 private:
  bool wanted_;
};

constexpr const char* kBold = "1";
constexpr const char* kAdded = "32";
constexpr const char* kRemoved = "31";
constexpr const char* kPlace = "36";
constexpr const char* kNotable = "1;33";

std::string headline(const Review& review, const std::string& user) {
  const auto commit = review.commit.substr(0, kShortCommit);
  const auto& approved = review.judged.approved;
  if (!approved) return fmt::format("{}: {}, never approved", review.target, commit);
  const auto before = approved->commit.substr(0, kShortCommit);
  if (approved->by.empty())
    return fmt::format("{}: {} (built last) -> {}", review.target, before, commit);
  return fmt::format("{}: {} (approved {:%F} by {}) -> {}", review.target, before,
                     fmt::gmtime(std::chrono::system_clock::to_time_t(approved->at)),
                     approved->by == user ? "you" : approved->by, commit);
}

std::string statements(const Review& review) {
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const char* what, const std::string& text) {
    if (!text.empty()) rows.push_back({std::string("  ") + what, text});
  };
  const auto& judged = review.judged;
  add("denied", judged.barred);
  add("deferred", judged.deferred);
  for (const auto& finding : judged.findings) add(trust::word(finding.rule), finding.what);
  for (const auto& warning : review.warnings) add("warning", warning);
  for (const auto& told : judged.told) add("told", told);
  // Of what was never approved a warning tells them.
  if (review.warnings.empty()) add("words", fmt::format("{}", fmt::join(review.diff.words, ", ")));
  if (rows.empty()) add("nothing", "holds it");
  return table(std::move(rows));
}

std::string file_counts(const trust::RecipeDiff& diff) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& file : diff.files) {
    std::string notes = trust::word(file.kind);
    for (const auto& note : file.notes) notes += "; " + note;
    rows.push_back({"  " + file.path, fmt::format("+{}", file.added),
                    fmt::format("-{}", file.removed), notes});
  }
  return table(std::move(rows));
}

/// With the words that deserve a look in another colour.
std::string coloured_line(const trust::DiffLine& line, const Colours& colours) {
  const auto* code = line.sign == '+' ? kAdded : kRemoved;
  std::string text = colours(code, std::string(1, line.sign));
  std::size_t at = 0;
  const auto add = [&](std::size_t end) {
    if (end > at) text += colours(code, line.text.substr(at, end - at));
    at = end;
  };
  for (const auto& [first, length] : trust::notable_in(line.text)) {
    if (first < at) continue;
    add(first);
    text += colours(kNotable, line.text.substr(first, length));
    at = first + length;
  }
  add(line.text.size());
  return text;
}

std::string coloured_diff(const trust::RecipeDiff& diff, const Colours& colours) {
  std::string text;
  for (const auto& file : diff.files) {
    auto rest = file;
    rest.hunks.clear();
    text += colours(kBold, trust::unified({{std::move(rest)}, {}, {}}));
    for (const auto& hunk : file.hunks) {
      text += colours(kPlace, fmt::format("@@ -{},{} +{},{} @@", hunk.first_before, hunk.before,
                                          hunk.first_after, hunk.after)) +
              "\n";
      for (const auto& line : hunk.lines)
        text += (line.sign == ' ' ? " " + line.text : coloured_line(line, colours)) + "\n";
    }
  }
  if (!diff.left_out.empty()) text += "[" + diff.left_out + "]\n";
  return text;
}

}  // namespace

std::string review_text(const Review& review, Shown shown, const std::string& user, bool coloured) {
  const Colours colours(coloured);
  auto text = colours(kBold, printable(headline(review, user))) + "\n" + statements(review);
  if (shown == Shown::files) return text + file_counts(review.diff);
  return text + (coloured ? coloured_diff(review.diff, colours) : trust::unified(review.diff));
}

}  // namespace pkgkiln::cli
