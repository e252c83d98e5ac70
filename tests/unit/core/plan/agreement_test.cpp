#include "core/plan/agreement.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/file.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;

namespace {

pacman::SrcInfo srcinfo_of(const std::string& version) {
  return pacman::SrcInfo::parse("pkgbase = foo\n\tpkgver = " + version +
                                    "\n\tpkgrel = 2\n\tarch = x86_64\n\npkgname = foo\n\n"
                                    "pkgname = foo-data\n\tarch = any\n",
                                "x86_64");
}

}  // namespace

TEST_CASE("a .SRCINFO is believed while the PKGBUILD says the same in plain words") {
  const auto srcinfo = srcinfo_of("1.0");
  const std::string names = "pkgname=(foo foo-data)\n";
  const std::string version = "pkgver=1.0\npkgrel=2\n";
  const std::string arch = "arch=(x86_64)\n";
  const std::vector<std::pair<std::string, bool>> cases = {
      {names + version + arch, true},
      {"pkgbase=foo\n" + names + version + arch, true},
      {"pkgname=(foo-data 'foo')\npkgbase=\"foo\"\n" + version + arch, true},
      {names + "pkgver='1.0'  # new\npkgrel=\"2\"\r\n" + arch, true},
      {names + version + arch + "epoch=0\n", true},
      {names + version + arch + "package_foo-data() {\n  arch=(any)\n}\n", true},
      {names + "pkgver=1.1\npkgrel=2\n" + arch, false},
      {names + "pkgver=1.0\npkgrel=3\n" + arch, false},
      {names + version + arch + "epoch=1\n", false},
      {names + version + arch + "epoch=0\nepoch=1\n", false},
      {names + version + arch + "pkgver=1.0\n", false},
      {names + "pkgver=${_v}\npkgrel=2\n" + arch, false},
      {names + "pkgrel=2\n" + arch, false},
      {version + arch, false},
      {"pkgname=foo\n" + version + arch, false},
      {"pkgname=()\n" + version + arch, false},
      {"pkgname=(foo foo-data foo-doc)\n" + version + arch, false},
      {"pkgname=(foo foo-docs)\n" + version + arch, false},
      {"pkgname=(foo-data foo)\n" + version + arch, false},
      {"pkgname=(foo $_data)\n" + version + arch, false},
      {names + "pkgname+=(foo-doc)\n" + version + arch, false},
      {"pkgbase=bar\n" + names + version + arch, false},
      {"pkgbase=$_base\n" + names + version + arch, false},
      {names + version, false},
      {names + version + "arch=(any)\n", false},
      {names + version + "arch=(x86_64 aarch64)\n", false},
      {names + version + "arch=($CARCH)\n", false},
      {names + version + arch + "source ./more.sh\n", false}};
  for (const auto& [pkgbuild, believed] : cases) {
    CAPTURE(pkgbuild);
    CHECK(srcinfo_agrees(srcinfo, pkgbuild) == believed);
  }
}

TEST_CASE("the .SRCINFO of one package is believed by its name") {
  const auto srcinfo = pacman::SrcInfo::parse(
      "pkgbase = foo\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\n\npkgname = foo\n", "x86_64");
  const std::string rest = "pkgver=1\npkgrel=1\narch=(any)\n";
  CHECK(srcinfo_agrees(srcinfo, "pkgname=foo\n" + rest));
  CHECK(srcinfo_agrees(srcinfo, "pkgname='foo'\npkgbase=foo\n" + rest));
  CHECK(srcinfo_agrees(srcinfo, "pkgname=(foo)\n" + rest));
  CHECK_FALSE(srcinfo_agrees(srcinfo, "pkgname=bar\n" + rest));
  CHECK_FALSE(srcinfo_agrees(srcinfo, "pkgname=(bar)\npkgbase=foo\n" + rest));
  CHECK_FALSE(srcinfo_agrees(srcinfo, "pkgname=$_name\n" + rest));
  CHECK_FALSE(srcinfo_agrees(srcinfo, "pkgname=foo\npkgname=foo\n" + rest));
}

TEST_CASE("what isn't plain agrees with nothing, even with itself") {
  const auto srcinfo = pacman::SrcInfo::parse(
      "pkgbase = foo\n\tpkgver = $_v\n\tpkgrel = 1\n\tarch = any\n\npkgname = foo\n", "x86_64");
  CHECK_FALSE(srcinfo_agrees(srcinfo, "pkgname=foo\npkgver=$_v\npkgrel=1\narch=(any)\n"));
}

TEST_CASE("the .SRCINFO of every packaged fixture is believed") {
  int believed = 0;
  for (const auto& package :
       std::filesystem::directory_iterator(PKGKILN_SOURCE_DIR "/tests/fixtures/packages")) {
    if (!std::filesystem::exists(package.path() / ".SRCINFO")) continue;
    CAPTURE(package.path());
    const auto srcinfo = pacman::SrcInfo::parse(read_file(package.path() / ".SRCINFO"), "x86_64");
    CHECK(srcinfo_agrees(srcinfo, read_file(package.path() / "PKGBUILD")));
    ++believed;
  }
  CHECK(believed > 0);
}
