#include <algorithm>

#include "core/base/text.hpp"
#include "core/inspect/expected_packages.hpp"
#include "core/package/dependency.hpp"
#include "core/package/package_name.hpp"
#include "core/schedule/schedule.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace pkgkiln::fuzz {

using pacman::PackageFileName;

void package_name(std::string_view input) {
  const auto name = PackageFileName::parse(input);
  if (!name) return;
  must(name->text() == input, "it is printed as it was");
  must(input.find('/') == std::string_view::npos && input.front() != '.', "it is one file");
  must(pacman::is_package_name(name->pkgname) && pacman::is_full_version(name->version) &&
           pacman::is_arch(name->arch),
       "its parts are sound");
}

void packagelist(std::string_view input) {
  accepted([&] {
    const auto expected = ExpectedPackages::from_packagelist(input);
    const auto& required = expected.required();
    must(!required.empty() && required.size() <= 1000, "there are packages, and not too many");
    std::string printed;
    for (const auto& name : required) {
      must(name.version == expected.version(), "they have one version");
      printed += "/p/" + name.text() + "\n";
    }
    const auto again = ExpectedPackages::from_packagelist(printed).required();
    must(again == required, "what is printed is read again");
  });
}

void dependency(std::string_view input) {
  const auto dependency = pacman::Dependency::parse(input);
  must(input.starts_with(dependency.name), "the name is at the front");
  must(!dependency.satisfied_by({}) || dependency.name.empty(), "nothing satisfies nothing");
  if (!pacman::is_dependency(input)) return;
  must(!dependency.name.empty() && input.front() != '-', "pacman won't take it for an option");
  const bool any = dependency.relation == pacman::Dependency::Relation::any;
  must(any == dependency.version.empty(), "a relation has a version");
  must(dependency.satisfied_by({dependency.name, "1"}) || !any, "any version does");
}

namespace {

/// Whether single separators stand between letters and digits. Without that, versions can't be
/// sorted, by vercmp(8) neither: 1.0 < 1..a < 1. < 1.0.
bool is_ordinary(std::string_view version) {
  bool after_separator = true;
  for (const char c : version.substr(0, version.rfind('-'))) {
    if (after_separator && !is_alphanumeric(c)) return false;
    after_separator = !is_alphanumeric(c);
  }
  return pacman::is_full_version(version) && !after_separator;
}

}  // namespace

/// Up to three versions, one a line.
void version(std::string_view input) {
  std::vector<std::string_view> versions;
  while (!input.empty() && versions.size() < 3) {
    const auto end = std::min(input.find('\n'), input.size());
    versions.push_back(input.substr(0, end));
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  const auto compare = [](std::string_view a, std::string_view b) {
    const int order = pacman::compare_versions(a, b);
    must(order >= -1 && order <= 1, "an order is -1, 0 or 1");
    return order;
  };
  for (const auto a : versions) {
    must(compare(a, a) == 0, "a version equals itself");
    for (const auto b : versions) must(compare(a, b) == -compare(b, a), "orders are opposite");
  }
  if (!std::all_of(versions.begin(), versions.end(), is_ordinary)) return;
  for (const auto a : versions)
    for (const auto b : versions)
      for (const auto c : versions)
        must(compare(a, b) > 0 || compare(b, c) > 0 || compare(a, c) <= 0, "they can be sorted");
}

/// Of a server, or of a configuration.
void schedule(std::string_view input) {
  for (const auto grammar : {Schedule::Grammar::cron, Schedule::Grammar::vieter})
    accepted([&] {
      const auto read = Schedule::parse(input, grammar);
      const auto again = Schedule::parse(read.text());
      must(again.text() == read.text(), "it is written as it is read");
      const auto begin = Schedule::Time(std::chrono::seconds(1'800'000'000));
      const auto first = read.next(begin), second = read.next(first);
      must(begin < first && first < second, "there is a next time");
      must(again.next(begin) == first, "what is written is due at the same time");
    });
}

}  // namespace pkgkiln::fuzz
