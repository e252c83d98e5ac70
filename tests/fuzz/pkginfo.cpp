#include "core/base/text.hpp"
#include "core/package/package_archive.hpp"
#include "core/package/package_name.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace pkgkiln::fuzz {

namespace {

using pacman::PkgInfo;

const std::vector<std::pair<const char*, std::vector<std::string> PkgInfo::*>> kLists = {
    {"group", &PkgInfo::groups},
    {"license", &PkgInfo::licenses},
    {"replaces", &PkgInfo::replaces},
    {"depend", &PkgInfo::depends},
    {"conflict", &PkgInfo::conflicts},
    {"provides", &PkgInfo::provides},
    {"optdepend", &PkgInfo::optdepends},
    {"makedepend", &PkgInfo::makedepends},
    {"checkdepend", &PkgInfo::checkdepends}};
const std::vector<std::pair<const char*, std::string PkgInfo::*>> kTexts = {
    {"pkgname", &PkgInfo::pkgname}, {"pkgbase", &PkgInfo::pkgbase},
    {"pkgver", &PkgInfo::version},  {"pkgdesc", &PkgInfo::description},
    {"url", &PkgInfo::url},         {"packager", &PkgInfo::packager},
    {"arch", &PkgInfo::arch}};

void check_value(const std::string& value) {
  must(!has_control_characters(value) && trimmed(value) == value, "a value is a line");
  must(!pacman::is_database_heading(value), "no value begins a field of a database");
}

std::string printed(const PkgInfo& info) {
  std::string text = "builddate = " + std::to_string(info.build_date) +
                     "\nsize = " + std::to_string(info.installed_size) + "\n";
  const auto line = [&](const char* key, const std::string& value) {
    check_value(value);
    text.append(key).append(" = ").append(value).append("\n");
  };
  for (const auto& [key, member] : kTexts) line(key, info.*member);
  for (const auto& [key, member] : kLists)
    for (const auto& value : info.*member) line(key, value);
  return text;
}

bool same(const PkgInfo& a, const PkgInfo& b) {
  for (const auto& [key, member] : kTexts)
    if (a.*member != b.*member) return false;
  for (const auto& [key, member] : kLists)
    if (a.*member != b.*member) return false;
  return a.build_date == b.build_date && a.installed_size == b.installed_size;
}

}  // namespace

void pkginfo(std::string_view input) {
  accepted([&] {
    const auto info = PkgInfo::parse(input);
    must(pacman::is_package_name(info.pkgname), "pkgname is a name");
    must(pacman::is_full_version(info.version), "pkgver is a version");
    must(pacman::is_arch(info.arch), "arch is one");
    must(same(PkgInfo::parse(printed(info)), info), "what is printed is read again");
  });
}

}  // namespace pkgkiln::fuzz
