#include "cli/tables.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "core/base/printable.hpp"
#include "core/base/secret.hpp"
#include "core/build/build_log.hpp"

namespace pkgkiln::cli {

namespace {

constexpr std::size_t kShownLogLines = 10;

/// Columns on a terminal, near enough: bytes that begin a UTF-8 character.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

struct Describe {
  std::vector<std::string> operator()(const Build& build) const { return {"build", build.why}; }
  std::vector<std::string> operator()(const Skip& skip) const { return {"up-to-date", skip.why}; }
  std::vector<std::string> operator()(const Unplannable& plan) const {
    return {"failed", plan.why};
  }
};

std::string joined_files(const BuildRecord& record) {
  std::string text;
  for (const auto& file : record.files) text += (text.empty() ? "" : " ") + file.file_name;
  return text;
}

std::string failure(const TargetResult& result) {
  const auto& record = result.record;
  auto text =
      fmt::format("\n{}: {}{}{}\n  {}\n", result.target.name, word(result.status),
                  record.step.empty() ? "" : " at step ", record.step, printable(record.why));
  if (record.exit_code != 0) text += fmt::format("  exit code: {}\n", record.exit_code);
  if (!result.hint.empty()) text += fmt::format("  hint: {}\n", printable(result.hint));
  if (record.log.empty()) return text;
  for (const auto& line : last_output_lines(record.log, kShownLogLines))
    text += fmt::format("  | {}\n", line);
  return text + fmt::format("  log: {}\n", record.log.string());
}

std::string counts(const std::vector<TargetResult>& results) {
  using Status = TargetResult::Status;
  static constexpr std::array order{Status::built,     Status::up_to_date,  Status::failed,
                                    Status::timed_out, Status::interrupted, Status::unpublished,
                                    Status::blocked};
  std::string text;
  for (const auto status : order) {
    const auto count = std::count_if(results.begin(), results.end(),
                                     [&](const auto& result) { return result.status == status; });
    const bool always =
        status == Status::built || status == Status::up_to_date || status == Status::failed;
    if (count > 0 || always)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, word(status));
  }
  return text + "\n";
}

}  // namespace

std::string table(std::vector<std::vector<std::string>> rows) {
  std::vector<std::size_t> widths;
  for (auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (auto& cell : row) cell = printable(cell);
    for (std::size_t i = 0; i + 1 < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] - width(row[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

std::string plan_table(const std::vector<Plan>& plans) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& plan : plans) {
    auto row = std::visit(Describe{}, plan.decision);
    row.insert(row.begin(), plan.target.name);
    rows.push_back(std::move(row));
  }
  return table(rows);
}

std::string plan_explanation(const std::vector<Plan>& plans) {
  std::string text;
  for (const auto& plan : plans) {
    const auto words = std::visit(Describe{}, plan.decision);
    text += printable(fmt::format("{}: {}: {}", plan.target.name, words[0], words[1])) + "\n";
    for (const auto& evidence : plan.evidence)
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
    rows.push_back(
        {target.name, target.repository, target.kind == TargetKind::git ? "git" : "url", where});
  }
  return table(rows);
}

std::string summary(const std::vector<TargetResult>& results, Rows shown) {
  std::vector<std::vector<std::string>> rows;
  std::string failures;
  for (const auto& result : results) {
    const bool built = result.status == TargetResult::Status::built;
    const bool good = built || result.status == TargetResult::Status::up_to_date;
    if (!good) failures += failure(result);
    if (good && shown == Rows::not_good) continue;
    rows.push_back({result.target.name, word(result.status),
                    built ? joined_files(result.record) : result.record.why});
  }
  return table(rows) + failures + (rows.empty() ? "" : "\n") + counts(results);
}

}  // namespace pkgkiln::cli
