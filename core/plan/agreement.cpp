#include "core/plan/agreement.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/pacman/pkgbuild_text.hpp"

namespace pkgkiln {

namespace {

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

bool srcinfo_agrees(const pacman::SrcInfo& srcinfo, std::string_view pkgbuild) {
  const pacman::PkgbuildText text(pkgbuild);
  return version_of(text) == srcinfo.version && names_agree(srcinfo, text) &&
         arches_agree(srcinfo, text);
}

}  // namespace pkgkiln
