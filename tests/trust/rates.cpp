/// Prints which real updates the trust gate would hold, and which attacks it would not: for a
/// folder of manifest.tsv, real/ID/{old,new}, attacks.tsv, attacks/ID/{old,new,case.json}.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <rapidjson/document.h>
#include <set>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/trust/comparison.hpp"

namespace {

namespace fs = std::filesystem;
using namespace pkgkiln;
using namespace pkgkiln::trust;

RecipeFiles files_of(const fs::path& root) {
  RecipeFiles files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const auto path = fs::relative(entry.path(), root).string();
    if (entry.is_symlink())
      files[path] = {RecipeFile::Kind::link, fs::read_symlink(entry.path()).string()};
    else if (entry.is_regular_file())
      files[path] = {(entry.status().permissions() & fs::perms::owner_exec) == fs::perms::none
                         ? RecipeFile::Kind::file
                         : RecipeFile::Kind::executable,
                     read_file(entry.path())};
  }
  return files;
}

std::vector<std::vector<std::string>> rows_of(const fs::path& path) {
  std::vector<std::vector<std::string>> rows;
  const auto text = read_file(path);
  std::string_view left = text;
  take_until(left, '\n');
  while (!left.empty()) {
    auto line = take_until(left, '\n');
    auto& row = rows.emplace_back();
    while (!line.empty()) row.emplace_back(take_until(line, '\t'));
  }
  return rows;
}

std::set<std::string> rules_in(const std::vector<Finding>& findings) {
  std::set<std::string> rules;
  for (const auto& finding : findings) rules.insert(word(finding.rule));
  return rules;
}

RecipeChange change_of(const fs::path& directory, const std::set<std::string>& unknown) {
  const auto before = files_of(directory / "old");
  const auto after = files_of(directory / "new");
  return compare(Recipe(before, "x86_64"), Recipe(after, "x86_64"),
                 [&](const std::string& name) { return !unknown.contains(name); });
}

std::set<std::string> split(std::string_view left) {
  std::set<std::string> parts;
  while (!left.empty()) parts.emplace(take_until(left, ','));
  return parts;
}

People people_of(const rapidjson::Value& said) {
  People people;
  const auto text = [](const rapidjson::Value& value) {
    return value.IsString() ? value.GetString() : std::string();
  };
  people.maintainer = text(said["Maintainer"]);
  people.submitter = text(said["Submitter"]);
  for (const auto& each : said["CoMaintainers"].GetArray())
    people.co_maintainers.push_back(text(each));
  return people;
}

void print(const std::string& id, const std::string& expected,
           const std::vector<Finding>& findings) {
  fmt::print("  {}: {}\n", id, expected);
  for (const auto& finding : findings)
    fmt::print("    {}: {}\n", word(finding.rule), finding.what.substr(0, 160));
}

struct Rate {
  std::size_t all = 0, held = 0;

  double percent() const { return 100.0 * static_cast<double>(held) / static_cast<double>(all); }
};

/// Whether the rates are as they must be.
bool real_updates(const fs::path& root) {
  std::map<std::string, Rate> rates;
  for (const auto& row : rows_of(root / "manifest.tsv")) {
    const auto change = change_of(root / "real" / row.at(0), {});
    auto& rate = rates[row.at(5)];
    ++rate.all;
    if (!change.findings.empty()) ++rate.held;
    if (change.findings.empty() != (row[5] == "plain"))
      print(row[0], (row[5] == "plain" ? "plain, held: " : "not held: ") + row.at(6),
            change.findings);
  }
  for (const auto& [label, rate] : rates)
    fmt::print("{}: {} of {} held ({:.1f} %)\n", label, rate.held, rate.all, rate.percent());
  return rates["plain"].percent() < 2 && rates["needs-eyes"].percent() >= 98;
}

bool attack(const fs::path& directory, const std::string& id, const std::string& wanted) {
  // What no repository of the distribution has in them.
  const auto change = change_of(directory, {"lumen-colour-utils"});
  rapidjson::Document said;
  said.Parse(read_file(directory / "case.json").c_str());
  auto findings = compare_people(people_of(said["rpc_old"]), people_of(said["rpc_new"]), true);
  findings.insert(findings.end(), change.findings.begin(), change.findings.end());
  const auto found = rules_in(findings);
  // Only upstream can tell: it must be asked.
  if (wanted == "commit") {
    fmt::print("{}: upstream is asked for {} commits\n", id, change.pinned.size());
    return !change.pinned.empty();
  }
  const auto expected = wanted == "-" ? std::set<std::string>() : split(wanted);
  const bool held = std::includes(found.begin(), found.end(), expected.begin(), expected.end());
  const bool as_wanted = wanted == "-" ? found.empty() : held;
  fmt::print("{}: {}\n", id, found.empty() ? "nothing" : fmt::format("{}", fmt::join(found, ", ")));
  if (!as_wanted) print(id, "not held by " + wanted, findings);
  return as_wanted;
}

bool attacks(const fs::path& root) {
  std::size_t all = 0;
  std::size_t right = 0;
  for (const auto& row : rows_of(root / "attacks.tsv")) {
    ++all;
    if (attack(root / "attacks" / row.at(0), row[0], row.at(1))) ++right;
  }
  fmt::print("attacks and controls: {} of {} as they must be\n", right, all);
  return right == all && all > 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: tests/trust/rates DIR\n");
    return 2;
  }
  try {
    const bool rates = real_updates(argv[1]);
    return attacks(argv[1]) && rates ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}
