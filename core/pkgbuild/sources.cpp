#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "core/base/text.hpp"
#include "core/pkgbuild/srcinfo.hpp"

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

/// As makepkg's get_filename(), for files and what Git serves.
std::string file_name_of(std::string_view source) {
  if (const auto renamed = source.find("::"); renamed != std::string_view::npos)
    return std::string(source.substr(0, renamed));
  if (is_vcs(source)) {
    source = source.substr(0, source.find_first_of("#?"));
    if (source.ends_with('/')) source.remove_suffix(1);
    source = source.substr(source.rfind('/') + 1);
    return std::string(source.substr(0, source.find(".git")));
  }
  return std::string(source.substr(source.rfind('/') + 1));
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.front() != '-' &&
         name.find('/') == std::string_view::npos;
}

std::string name_of(const std::string& dependency) {
  return dependency.substr(0, dependency.find_first_of("<>="));
}

}  // namespace

std::optional<GitSource> GitSource::parse(std::string_view source) {
  if (const auto renamed = source.find("::"); renamed != std::string_view::npos)
    source.remove_prefix(renamed + 2);
  if (source.starts_with("git+"))
    source.remove_prefix(4);
  else if (!source.starts_with("git://"))
    return std::nullopt;
  auto url = take_until(source, '#');
  const auto fragment = take_until(source, '?');  // "?signed" stands at the end, or before the '#'
  GitSource result{std::string(take_until(url, '?')), "HEAD", false};
  if (fragment.empty()) return result;
  const auto equals = fragment.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto kind = fragment.substr(0, equals);
  const std::string value(fragment.substr(fragment.rfind('=') + 1));
  if (kind == "commit")
    result.pinned = true;
  else if (kind == "branch")
    result.ref = "refs/heads/" + value;
  else if (kind == "tag")
    result.ref = "refs/tags/" + value;
  else
    return std::nullopt;
  return result;
}

std::vector<std::string> SrcInfo::vcs_sources() const {
  std::vector<std::string> result;
  std::copy_if(sources.begin(), sources.end(), std::back_inserter(result), is_vcs);
  return result;
}

std::vector<SrcInfo::Verified> SrcInfo::verified_sources() const {
  std::set<std::string_view> unchecked(unchecked_sources.begin(), unchecked_sources.end());
  // Two sources of one name are one file.
  std::set<std::string> unchecked_names;
  for (const auto source : unchecked) unchecked_names.insert(file_name_of(source));
  std::vector<Verified> result;
  for (const auto& source : sources) {
    const auto clone = GitSource::parse(source);
    auto name = file_name_of(source);
    if (!is_plain_name(name)) continue;
    if (clone)
      result.push_back({std::move(name), clone->url});
    else if (!is_vcs(source) && !unchecked.contains("") && !unchecked_names.contains(name))
      result.push_back({std::move(name)});
  }
  return result;
}

std::vector<std::string> served_by(std::string_view arch) {
  std::vector<std::string> served{std::string(arch)};
  static constexpr std::array levels = {"x86_64_v4", "x86_64_v3", "x86_64_v2", "x86_64"};
  const auto* const level = std::ranges::find(levels, arch);
  if (level != levels.end()) served.assign(level, levels.end());
  return served;
}

std::string served_arch(std::string_view arch, const std::vector<std::string>& arches) {
  auto served = served_by(arch);
  for (auto& one : served)
    if (std::ranges::find(arches, one) != arches.end()) return std::move(one);
  return std::move(served.back());
}

std::string why_not_for(std::string_view arch, const std::vector<std::string>& arches) {
  constexpr std::size_t most_named = 8;
  const auto served = served_by(arch);
  std::string named;
  for (std::size_t i = 0; i < arches.size(); ++i) {
    if (arches[i] == "any" || std::ranges::find(served, arches[i]) != served.end() ||
        !is_arch(arches[i]))
      return {};
    if (i < most_named) named += (i == 0 ? "" : ", ") + arches[i];
  }
  if (named.empty()) return {};
  if (arches.size() > most_named) named += ", …";
  return "made for " + named + " only, not for " + std::string(arch);
}

std::string SrcInfo::why_not_for(std::string_view machine_arch) const {
  auto why = pacman::why_not_for(machine_arch, arch);
  for (auto package = packages.begin(); why.empty() && package != packages.end(); ++package)
    why = pacman::why_not_for(machine_arch, package->arch);
  return why;
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
  // A compiler may need an older version of itself, so makedepends are never satisfied by the
  // package itself.
  add(makedepends, true);
  add(checkdepends, true);
  add(depends, false);
  for (const auto& package : packages) add(package.depends, false);
  return result;
}

}  // namespace pkgkiln::pacman
