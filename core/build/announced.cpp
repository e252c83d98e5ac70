#include "core/build/announced.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "core/base/error.hpp"
#include "core/pacman/pkgbuild_text.hpp"

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

bool contains_text(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// [epoch:]pkgver-pkgrel; nothing where the PKGBUILD must be run to tell.
std::optional<std::string> version_of(const pacman::PkgbuildText& pkgbuild) {
  const auto epoch = pkgbuild.word("epoch");
  const auto pkgver = pkgbuild.word("pkgver");
  const auto pkgrel = pkgbuild.word("pkgrel");
  if (!epoch || !pkgver || !pkgrel) return std::nullopt;
  const bool with_epoch = epoch->find_first_not_of('0') != std::string::npos;
  return (with_epoch ? *epoch + ":" : "") + *pkgver + "-" + *pkgrel;
}

std::vector<std::string> sorted(std::vector<std::string> list) {
  std::sort(list.begin(), list.end());
  return list;
}

/// The names of the PKGBUILD's packages: makepkg takes pkgname=foo for pkgname=(foo).
std::optional<std::vector<std::string>> names_of(const pacman::PkgbuildText& pkgbuild) {
  if (auto names = pkgbuild.words("pkgname")) return names;
  if (const auto name = pkgbuild.word("pkgname")) return std::vector<std::string>{*name};
  return std::nullopt;
}

bool names_agree(const pacman::SrcInfo& srcinfo, const pacman::PkgbuildText& pkgbuild) {
  const auto names = names_of(pkgbuild);
  const auto pkgbase = pkgbuild.word("pkgbase");
  if (!names || names->empty() || !pkgbase) return false;
  std::vector<std::string> announced;
  for (const auto& package : srcinfo.packages) announced.push_back(package.pkgname);
  return srcinfo.pkgbase == (pkgbase->empty() ? names->front() : *pkgbase) &&
         sorted(announced) == sorted(*names);
}

bool arches_agree(const pacman::SrcInfo& srcinfo, const pacman::PkgbuildText& pkgbuild) {
  const auto arches = pkgbuild.words("arch");
  return arches && !arches->empty() && sorted(*arches) == sorted(srcinfo.arch);
}

}  // namespace

Announced Announced::from_packagelist(std::string_view output) {
  Announced announced;
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
    (name.is_debug() && names.size() > 1 ? announced.debug_ : announced.required_).push_back(name);
  }
  if (announced.required_.empty())
    throw Error("makepkg --packagelist printed nothing but -debug packages");
  return announced;
}

Announced Announced::from_srcinfo(const pacman::SrcInfo& srcinfo, const std::string& machine_arch) {
  Announced announced;
  for (const auto& package : srcinfo.packages) {
    const auto& arch = package.arch.empty() ? srcinfo.arch : package.arch;
    announced.required_.push_back({package.pkgname, srcinfo.version,
                                   contains_text(arch, "any") ? "any" : machine_arch,
                                   ".pkg.tar.zst"});
  }
  return announced;
}

bool Announced::allows(const pacman::PackageArchive& package) const {
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

std::optional<std::string> Announced::objection_to(
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

bool srcinfo_agrees(const pacman::SrcInfo& srcinfo, std::string_view pkgbuild) {
  const pacman::PkgbuildText text(pkgbuild);
  return version_of(text) == srcinfo.version && names_agree(srcinfo, text) &&
         arches_agree(srcinfo, text);
}

bool has_pkgver_function(std::string_view pkgbuild) {
  return pacman::PkgbuildText(pkgbuild).may_have_pkgver_function();
}

}  // namespace pkgkiln
