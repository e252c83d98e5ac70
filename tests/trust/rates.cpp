/// Prints which real updates the trust gate would hold, and which attacks it would not: for a
/// folder of manifest.tsv, real/ID/{old,new}, attacks.tsv, attacks/ID/{old,new,case.json}.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <map>
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

std::set<std::string> rules_in(const RecipeChange& change) {
  std::set<std::string> rules;
  for (const auto& finding : change.findings) rules.insert(word(finding.rule));
  return rules;
}

RecipeChange change_of(const fs::path& directory, const std::set<std::string>& unknown) {
  const auto before = files_of(directory / "old");
  const auto after = files_of(directory / "new");
  return compare(Recipe(before, "x86_64"), Recipe(after, "x86_64"),
                 [&](const std::string& name) { return !unknown.contains(name); });
}

void print(const std::string& id, const std::string& expected, const RecipeChange& change) {
  fmt::print("  {} ({})\n", id, expected);
  for (const auto& finding : change.findings)
    fmt::print("    {}: {}\n", word(finding.rule), finding.what.substr(0, 160));
}

struct Rate {
  std::size_t all = 0, held = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const fs::path root = argv[1];
  std::map<std::string, Rate> rates;
  std::size_t missed_rules = 0;
  for (const auto& row : rows_of(root / "manifest.tsv")) {
    const auto change = change_of(root / "real" / row[0], {});
    const auto& label = row[5];
    auto& rate = rates[label];
    ++rate.all;
    const auto rules = rules_in(change);
    if (!rules.empty()) ++rate.held;
    if (rules.empty() != (label == "plain")) print(row[0], label + ": " + row[6], change);
    if (label != "plain") {
      std::string_view left = row[6];
      while (!left.empty()) {
        const auto rule = std::string(take_until(left, ','));
        if (!rules.contains(rule)) {
          ++missed_rules;
          fmt::print("  {}: no {}\n", row[0], rule);
        }
      }
    }
  }
  for (const auto& row : rows_of(root / "attacks.tsv")) {
    const auto change = change_of(root / "attacks" / row[0], {"lumen-colour-utils"});
    const auto rules = rules_in(change);
    fmt::print("attack {}: wants {}, has", row[0], row[1]);
    for (const auto& rule : rules) fmt::print(" {}", rule);
    for (const auto& pin : change.pinned) fmt::print(" pinned {} {}", pin.url, pin.commit);
    fmt::print("\n");
  }
  for (const auto& [label, rate] : rates)
    fmt::print("{}: {} of {} held ({:.1f} %)\n", label, rate.held, rate.all,
               100.0 * static_cast<double>(rate.held) / static_cast<double>(rate.all));
  fmt::print("{} rules missed\n", missed_rules);
}
