#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/file.hpp"
#include "core/pkgbuild/pkgbuild_text.hpp"
#include "tests/catch.hpp"
#include "tests/source_dir.hpp"

using namespace pkgkiln;

namespace {

bool agrees(const std::string& srcinfo, const std::string& pkgbuild) {
  return srcinfo_agrees(pacman::SrcInfo::parse(srcinfo, "x86_64"), pacman::PkgbuildText(pkgbuild),
                        "x86_64");
}

const std::string kSrcinfo =
    "pkgbase = foo\n\tpkgver = 1.0\n\tpkgrel = 2\n\tarch = x86_64\n\tmakedepends = cmake\n"
    "\tcheckdepends = bats\n\tdepends = glibc\n\tdepends_x86_64 = intel\n\tdepends_aarch64 = arm\n"
    "\tprovides = libfoo.so\n\tsource = foo-1.0.tar.gz\n\tsource = git+https://example.org/b.git\n"
    "\tsha256sums = 00\n\tsha256sums = SKIP\n\n"
    "pkgname = foo\n\tdepends = glibc\n\tdepends = zlib\n\n"
    "pkgname = foo-data\n\tarch = any\n\tdepends = \n\tprovides = data=1.0\n";

const std::string kPkgbuild = R"(pkgbase=foo
pkgname=(foo foo-data)
pkgver=1.0
pkgrel=2
arch=(x86_64)
makedepends=(cmake)
checkdepends=(bats)
depends=(glibc)
depends_x86_64=(intel)
depends_aarch64=(arm)
provides=(libfoo.so)
source=("$pkgbase-$pkgver.tar.gz" git+https://example.org/b.git)
sha256sums=(00 'SKIP')
package_foo() {
  depends+=(zlib)
}
package_foo-data() {
  arch=(any)
  depends=()
  provides=("data=$pkgver")
}
)";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("a .SRCINFO is believed while the PKGBUILD says the same in plain words") {
  CHECK(agrees(kSrcinfo, kPkgbuild));
  const std::vector<std::pair<std::string, std::string>> same = {
      {"pkgver=1.0\n", "pkgver='1.0'  # new\n"},
      {"pkgver=1.0\n", "_v=1\npkgver=$_v.0\n"},
      {"pkgrel=2\n", "pkgrel=2\nepoch=0\n"},
      {"depends_aarch64=(arm)", "depends_aarch64=($(only there))"},
      {"package_foo() {", "pkgdesc=$(date)\nprepare() { eval \"$x\"; }\npackage_foo() {"},
      {"  depends+=(zlib)\n", "  if true; then\n    depends+=(zlib); fi\n  local x=(a b)\n"}};
  for (const auto& [what, with] : same) {
    CAPTURE(with);
    CHECK(agrees(kSrcinfo, replaced(kPkgbuild, what, with)));
  }
}

TEST_CASE("a .SRCINFO that says something else of what is used is not believed") {
  const std::vector<std::pair<std::string, std::string>> other = {
      {"pkgbase=foo", "pkgbase=bar"},
      {"pkgname=(foo foo-data)", "pkgname=(foo foo-data foo-doc)"},
      {"pkgname=(foo foo-data)", "pkgname=(foo)"},
      {"pkgver=1.0", "pkgver=1.1"},
      {"pkgver=1.0", "pkgver=$(date)"},
      {"pkgver=1.0", "pkgver=1.0\npkgver=1.1"},
      {"pkgrel=2", "pkgrel=3"},
      {"pkgrel=2", "pkgrel=2\nepoch=1"},
      {"arch=(x86_64)", "arch=(x86_64 aarch64)"},
      {"arch=(x86_64)", "arch=(any)"},
      {"makedepends=(cmake)", "makedepends=(cmake ninja)"},
      {"makedepends=(cmake)", "makedepends=()"},
      {"makedepends=(cmake)", "makedepends=(cmake)\nmakedepends_x86_64=(nasm)"},
      {"makedepends=(cmake)", "makedepends=(cmake)\n[ -z \"$x\" ] || makedepends+=(ninja)"},
      {"checkdepends=(bats)", "checkdepends=(bats)\ncheckdepends+=(curl)"},
      {"\ndepends=(glibc)", "\ndepends=('glibc>=2')"},
      {"\ndepends=(glibc)", "\ndepends=(glibc $(more))"},
      {"depends_x86_64=(intel)", "depends_x86_64=(amd)"},
      {"provides=(libfoo.so)", "provides=(libfoo.so=1-64)"},
      {"$pkgver.tar.gz", "$pkgver.tar.xz"},
      {"b.git)", "b.git#tag=v1)"},
      {"sha256sums=(00 'SKIP')", "sha256sums=(SKIP SKIP)"},
      {"sha256sums=(00 'SKIP')", "sha256sums=('SKIP' 00)"},
      {"depends+=(zlib)", "depends=(zlib)"},
      {"depends+=(zlib)", "depends+=(zlib)\n  depends+=(bzip2)"},
      {"depends+=(zlib)", ":"},
      {"depends+=(zlib)", "depends+=($(more))"},
      {"  arch=(any)", "  :"},
      {"  depends=()", "  :"},
      {"data=$pkgver", "data=2"},
      {"package_foo() {", "source ./more.sh\npackage_foo() {"}};
  for (const auto& [what, with] : other) {
    CAPTURE(what, with);
    CHECK_FALSE(agrees(kSrcinfo, replaced(kPkgbuild, what, with)));
  }
}

TEST_CASE("the .SRCINFO of one package is believed by its name and by its package()") {
  const std::string srcinfo =
      "pkgbase = foo\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\n\npkgname = foo\n";
  const std::string rest = "pkgver=1\npkgrel=1\narch=(any)\n";
  CHECK(agrees(srcinfo, "pkgname=foo\n" + rest));
  CHECK(agrees(srcinfo, "pkgname='foo'\npkgbase=foo\n" + rest));
  CHECK(agrees(srcinfo, "pkgname=(foo)\n" + rest));
  CHECK(agrees(srcinfo, "pkgname=bar\npkgname=foo\n" + rest));
  CHECK_FALSE(agrees(srcinfo, "pkgname=bar\n" + rest));
  CHECK_FALSE(agrees(srcinfo, "pkgname=(bar)\npkgbase=foo\n" + rest));
  CHECK_FALSE(agrees(srcinfo, "pkgname=$_name\n" + rest));
  CHECK_FALSE(agrees(srcinfo, rest));
  CHECK(agrees(srcinfo + "depends = bar\n",
               "pkgname=foo\n" + rest + "package() { depends=(bar); }\n"));
  CHECK_FALSE(agrees(srcinfo, "pkgname=foo\n" + rest + "package() { depends=(bar); }\n"));
}

TEST_CASE("what isn't plain agrees with nothing, even with itself") {
  CHECK_FALSE(agrees("pkgbase = foo\n\tpkgver = $_v\n\tpkgrel = 1\n\tarch = any\n\npkgname = foo\n",
                     "pkgname=foo\npkgver=$_v\npkgrel=1\narch=(any)\n"));
}

TEST_CASE("the .SRCINFO of every packaged fixture is believed") {
  int believed = 0;
  for (const auto& package :
       std::filesystem::directory_iterator(test::source_dir() / "tests/fixtures/packages")) {
    if (!std::filesystem::exists(package.path() / ".SRCINFO")) continue;
    CAPTURE(package.path());
    CHECK(agrees(read_file(package.path() / ".SRCINFO"), read_file(package.path() / "PKGBUILD")));
    ++believed;
  }
  CHECK(believed > 0);
}
