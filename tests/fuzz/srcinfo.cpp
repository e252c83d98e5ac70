#include "core/pkgbuild/srcinfo.hpp"

#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "core/package/package_name.hpp"
#include "core/publish/provenance.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace pkgkiln::fuzz {

namespace {

using pacman::SrcInfo;
using Texts = std::vector<std::string>;

/// With a line even where there is none, so that nothing of the base's is taken over.
std::string lines_of(const std::string& key, const Texts& values) {
  if (values.empty()) return key + " =\n";
  std::string text;
  for (const auto& value : values) text.append(key).append(" = ").append(value).append("\n");
  return text;
}

std::string printed(const SrcInfo& info) {
  const auto colon = info.version.find(':');
  const auto dash = info.version.rfind('-');
  const auto pkgver = colon == std::string::npos ? 0 : colon + 1;
  std::string text = "pkgbase = " + info.pkgbase + "\n";
  if (pkgver > 0) text += "epoch = " + info.version.substr(0, colon) + "\n";
  text += "pkgver = " + info.version.substr(pkgver, dash - pkgver) + "\n";
  text += "pkgrel = " + info.version.substr(dash + 1) + "\n";
  text += lines_of("arch", info.arch) + lines_of("depends", info.depends) +
          lines_of("makedepends", info.makedepends) + lines_of("checkdepends", info.checkdepends) +
          lines_of("source", info.sources) + lines_of("validpgpkeys", info.valid_pgp_keys);
  for (const auto& package : info.packages)
    text += "pkgname = " + package.pkgname + "\n" + lines_of("arch", package.arch) +
            lines_of("depends", package.depends) + lines_of("provides", package.provides);
  return text;
}

bool same(const SrcInfo::Package& a, const SrcInfo::Package& b) {
  return a.pkgname == b.pkgname && a.arch == b.arch && a.depends == b.depends &&
         a.provides == b.provides;
}

bool same(const SrcInfo& a, const SrcInfo& b) {
  return a.pkgbase == b.pkgbase && a.version == b.version && a.arch == b.arch &&
         a.depends == b.depends && a.makedepends == b.makedepends &&
         a.checkdepends == b.checkdepends && a.sources == b.sources &&
         a.valid_pgp_keys == b.valid_pgp_keys &&
         std::equal(a.packages.begin(), a.packages.end(), b.packages.begin(), b.packages.end(),
                    [](const auto& x, const auto& y) { return same(x, y); });
}

void all_must(const Texts& texts, bool (*hold)(std::string_view), const char* what) {
  must(std::all_of(texts.begin(), texts.end(), hold), what);
}

void check(const SrcInfo& info) {
  must(pacman::is_package_name(info.pkgbase), "pkgbase is a name");
  must(pacman::is_full_version(info.version), "the version is one");
  must(!info.packages.empty(), "there is a package");
  all_must(info.arch, pacman::is_arch, "arches are such");
  all_must(
      info.sources, [](std::string_view source) { return !has_control_characters(source); },
      "sources are lines");
  std::set<std::string> names;
  for (const auto& package : info.packages) {
    must(pacman::is_package_name(package.pkgname), "pkgname is a name");
    must(names.insert(package.pkgname).second, "each package is there once");
    all_must(package.arch, pacman::is_arch, "arches of packages are such");
    all_must(package.provides, pacman::is_dependency, "what is provided can be depended on");
  }
  const auto dependencies = info.build_dependencies();
  all_must(dependencies, pacman::is_dependency, "dependencies are such");
  must(std::set(dependencies.begin(), dependencies.end()).size() == dependencies.size(),
       "each dependency is there once");
  must(info.vcs_sources().size() <= info.sources.size(), "VCS sources are sources");
}

}  // namespace

void srcinfo(std::string_view input) {
  for (const auto& one : sources_of(input, "x86_64"))
    for (const auto& [algorithm, digest] : one.digests) must(is_hex(digest), "a checksum is one");
  for (const auto* arch : {"x86_64", "aarch64", ""}) {
    accepted([&] {
      const auto info = SrcInfo::parse(input, arch);
      check(info);
      must(same(SrcInfo::parse(printed(info), ""), info), "what is printed is read again");
    });
  }
}

}  // namespace pkgkiln::fuzz
