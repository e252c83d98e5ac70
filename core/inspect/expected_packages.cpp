#include "core/inspect/expected_packages.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "core/base/error.hpp"

namespace pkgkiln {

namespace {

constexpr std::size_t kMostPackages = 1000;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

ExpectedPackages ExpectedPackages::from_packagelist(std::string_view output) {
  ExpectedPackages expected;
  const auto lines = lines_of(output);
  if (lines.empty() || lines.size() > kMostPackages)
    throw Error(fmt::format("makepkg --packagelist printed {} lines", lines.size()));
  std::vector<pacman::PackageFileName> names;
  for (const auto line : lines) {
    const auto slash = line.rfind('/');
    const auto name = pacman::PackageFileName::parse(
        slash == std::string_view::npos ? line : line.substr(slash + 1));
    if (!name) throw Error("makepkg --packagelist printed a line that names no package file");
    names.push_back(*name);
  }
  for (const auto& name : names) {
    if (name.version != names.front().version)
      throw Error("makepkg --packagelist printed two versions")
          .because(names.front().version + " and " + name.version);
    (name.is_debug() && names.size() > 1 ? expected.debug_ : expected.required_).push_back(name);
  }
  if (expected.required_.empty())
    throw Error("makepkg --packagelist printed nothing but -debug packages");
  return expected;
}

ExpectedPackages ExpectedPackages::from_srcinfo(const pacman::SrcInfo& srcinfo,
                                                const std::string& arch) {
  ExpectedPackages expected;
  expected.required_ = srcinfo.package_files(arch);
  return expected;
}

bool ExpectedPackages::allows(const pacman::PackageArchive& package) const {
  const auto matches = [&](const pacman::PackageFileName& name, const std::string& pkgname) {
    return name.pkgname == pkgname && name.arch == package.name.arch;
  };
  const auto& made = package.name.pkgname;
  for (const auto* list : {&required_, &debug_})
    for (const auto& name : *list)
      if (matches(name, made) || made == name.pkgname + "-debug") return true;
  return made == package.info.pkgbase + "-debug" &&
         std::any_of(required_.begin(), required_.end(),
                     [&](const auto& name) { return name.pkgname == package.info.pkgbase; });
}

std::optional<std::string> ExpectedPackages::objection_to(
    const std::vector<pacman::PackageArchive>& made) const {
  if (made.empty()) return "it made no package file";
  std::set<std::string> names;
  for (const auto& package : made) {
    if (!allows(package)) return "it made a package that was not announced: " + package.name.text();
    if (package.name.version != made.front().name.version)
      return "it made packages of two versions: " + made.front().name.text() + " and " +
             package.name.text();
    if (!names.insert(package.name.pkgname).second)
      return "it made two files of one package: " + package.name.pkgname;
  }
  for (const auto& name : required_)
    if (!names.contains(name.pkgname)) return "it did not make the package " + name.pkgname;
  return std::nullopt;
}

}  // namespace pkgkiln
