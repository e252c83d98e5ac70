#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "core/pacman/srcinfo.hpp"

namespace pkgkiln::pacman {

namespace {

/// The protocol of a source as makepkg reads it: "name::git+https://…" gives "git+https".
std::string_view protocol_of(std::string_view source) {
  if (const auto renamed = source.find("::"); renamed != std::string_view::npos)
    source.remove_prefix(renamed + 2);
  if (const auto scheme = source.find("://"); scheme != std::string_view::npos)
    return source.substr(0, scheme);
  // Launchpad's short form for Bazaar: "lp:name", "bzr+lp:name".
  const auto launchpad = source.find("lp:");
  if (launchpad != 0 && (launchpad == std::string_view::npos || source[launchpad - 1] != '+'))
    return {};
  return source.substr(0, launchpad + 2);
}

bool is_vcs(std::string_view source) {
  static constexpr std::array<std::string_view, 6> kinds = {"git", "svn",    "hg",
                                                            "bzr", "fossil", "lp"};
  const auto protocol = protocol_of(source);
  const auto kind = protocol.substr(0, protocol.find('+'));
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

std::string name_of(const std::string& dependency) {
  return dependency.substr(0, dependency.find_first_of("<>="));
}

}  // namespace

std::vector<std::string> SrcInfo::vcs_sources() const {
  std::vector<std::string> result;
  std::copy_if(sources.begin(), sources.end(), std::back_inserter(result), is_vcs);
  return result;
}

std::vector<std::string> SrcInfo::unkept_sources() const {
  std::vector<std::string> names;
  for (const std::string_view source : unchecked_sources) {
    if (is_vcs(source)) continue;
    const auto renamed = source.find("::");
    const auto name = renamed != std::string_view::npos ? source.substr(0, renamed)
                                                        : source.substr(source.rfind('/') + 1);
    if (name.empty() || name == ".." || name.find('/') != std::string_view::npos) return {"."};
    names.emplace_back(name);
  }
  return names;
}

std::vector<PackageFileName> SrcInfo::package_files(const std::string& machine_arch) const {
  std::vector<PackageFileName> files;
  for (const auto& package : packages) {
    const auto& arches = package.arch.empty() ? arch : package.arch;
    const bool any = std::find(arches.begin(), arches.end(), "any") != arches.end();
    files.push_back({package.pkgname, version, any ? "any" : machine_arch, ".pkg.tar.zst"});
  }
  return files;
}

std::vector<std::string> SrcInfo::build_dependencies() const {
  std::set<std::string> own;
  for (const auto& package : packages) {
    own.insert(package.pkgname);
    for (const auto& provided : package.provides) own.insert(name_of(provided));
  }
  std::vector<std::string> result;
  std::set<std::string> seen;
  const auto add = [&](const std::vector<std::string>& dependencies, bool even_own) {
    for (const auto& dependency : dependencies)
      if ((even_own || !own.contains(name_of(dependency))) && seen.insert(dependency).second)
        result.push_back(dependency);
  };
  // A compiler may need an older self to be built: makedepends are never its own work.
  add(makedepends, true);
  add(checkdepends, true);
  add(depends, false);
  for (const auto& package : packages) add(package.depends, false);
  return result;
}

}  // namespace pkgkiln::pacman
