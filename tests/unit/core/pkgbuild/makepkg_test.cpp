/// What we read of a PKGBUILD's .SRCINFO, against what makepkg and the shell make of the PKGBUILD.
#include "core/base/file.hpp"
#include "core/inspect/expected_packages.hpp"
#include "core/pkgbuild/pkgbuild_text.hpp"
#include "core/pkgbuild/srcinfo.hpp"
#include "tests/catch.hpp"
#include "tests/source_dir.hpp"
#include "tests/unit/core/package/programs.hpp"

using namespace pkgkiln;
using pacman::SrcInfo;
using Texts = std::vector<std::string>;

namespace {

const std::string kEvery = R"(pkgbase=every
pkgname=(every-lib
  'every-doc'  # for any arch
  "every-tool")
pkgver=1.0.r3.gabc
pkgrel=2.1
epoch=3
arch=(x86_64 aarch64)
depends=('glibc>=2.30' "base=1:2-1")
depends_x86_64=(intel-lib)
depends_aarch64=(arm-lib)
makedepends=(git   cmake)
makedepends_x86_64=(nasm)
checkdepends=(bats)
checkdepends_aarch64=(qemu)
provides=(every=1)
provides_x86_64=(every-x)
source=('every::git+https://example.org/every.git#tag=v1?signed'
        'git+https://example.org/b.git#branch=a=b' fix.patch
        'a.tar.gz::https://example.org/get?file=a.tar.gz')
source_x86_64=(blob.bin)
sha256sums=(SKIP SKIP SKIP SKIP)
sha256sums_x86_64=(SKIP)
validpgpkeys=(0123456789ABCDEF0123456789ABCDEF01234567)
pkgver() {
  echo 2
}
package_every-lib() {
  depends=(glibc libfoo.so=1-64)
  depends_x86_64=()
  provides=("libevery.so=1-64")
}
package_every-doc() {
  arch=(any)
  depends=()
  provides=()
}
package_every-tool() {
  depends+=("every-lib=$epoch:$pkgver-$pkgrel")
}
)";

const std::string kComputed = R"(_name=single
pkgname=$_name-git
pkgver=r1
pkgrel=1
epoch=0
arch=(any)
depends=("$_name-data"{,-extra})
makedepends=(git)
provides=("$_name=${pkgver#r}")
source=("$_name::git+https://example.org/$_name#commit=0123abcd")
sha256sums=(SKIP)
package() {
  if true; then
    depends+=(more "$pkgname-$_name"); fi
}
)";

/// Prints "<place> <variable> <value>" of all that is set for x86_64.
const std::string kShell = R"(
source ./PKGBUILD
show() { # place, variable...
  local place=$1 name
  for name in "${@:2}"; do
    local -n values=$name
    for value in "${values[@]}"; do printf '%s %s %s\n' "$place" "${name%_x86_64}" "$value"; done
  done
}
show base arch depends{,_x86_64} makedepends{,_x86_64} checkdepends{,_x86_64} source{,_x86_64} validpgpkeys
for package in "${pkgname[@]}"; do
  printf 'package %s\n' "$package"
  if declare -F "package_$package" >/dev/null; then "package_$package"; else package; fi
  show "$package" arch depends{,_x86_64} provides{,_x86_64}
  source ./PKGBUILD
done
)";

std::string printed(const std::string& place, const char* name, const Texts& values) {
  std::string text;
  for (const auto& value : values) text += place + " " + name + " " + value + "\n";
  return text;
}

/// As kShell prints it.
std::string printed(const SrcInfo& info) {
  auto text = printed("base", "arch", info.arch) + printed("base", "depends", info.depends) +
              printed("base", "makedepends", info.makedepends) +
              printed("base", "checkdepends", info.checkdepends) +
              printed("base", "source", info.sources) +
              printed("base", "validpgpkeys", info.valid_pgp_keys);
  for (const auto& package : info.packages) {
    text += "package " + package.pkgname + "\n";
    text += printed(package.pkgname, "arch", package.arch) +
            printed(package.pkgname, "depends", package.depends) +
            printed(package.pkgname, "provides", package.provides);
  }
  return text;
}

std::string makepkg(const std::string& pkgbuild, const std::string& option) {
  const TempDir directory;
  write_file_atomically(directory.path() / "PKGBUILD", pkgbuild);
  const auto ran = test::run_makepkg(directory.path(), {option});
  INFO(ran.output);
  REQUIRE(ran.code == 0);
  return ran.output;
}

std::string shell(const std::string& pkgbuild) {
  const TempDir directory;
  write_file_atomically(directory.path() / "PKGBUILD", pkgbuild);
  return test::run_program({"bash", "-c", kShell}, directory.path()).output;
}

/// Names, versions and arches of the package files; the extension is another matter.
Texts files(const ExpectedPackages& expected) {
  Texts texts;
  for (const auto& name : expected.required())
    texts.push_back(name.pkgname + " " + name.version + " " + name.arch);
  return texts;
}

void check_files(const std::string& pkgbuild, const SrcInfo& info) {
  CHECK(files(ExpectedPackages::from_srcinfo(info, "x86_64")) ==
        files(ExpectedPackages::from_packagelist(makepkg(pkgbuild, "--packagelist"))));
}

}  // namespace

TEST_CASE("a .SRCINFO is read as makepkg and the shell read the PKGBUILD") {
  const auto pkgbuild = GENERATE(as<std::string>{}, kEvery, kComputed);
  CAPTURE(pkgbuild);
  const auto info = SrcInfo::parse(makepkg(pkgbuild, "--printsrcinfo"), "x86_64");
  CHECK(printed(info) == shell(pkgbuild));
  check_files(pkgbuild, info);
  CHECK(srcinfo_agrees(info, pacman::PkgbuildText(pkgbuild), "x86_64"));
}

TEST_CASE("the .SRCINFO of a fixture is what makepkg prints for it") {
  const auto* name = GENERATE("counted-git", "epoch", "split");
  CAPTURE(name);
  const auto folder = test::source_dir() / "tests/fixtures/packages" / name;
  const auto pkgbuild = read_file(folder / "PKGBUILD");
  const auto info = SrcInfo::parse(makepkg(pkgbuild, "--printsrcinfo"), "x86_64");
  if (std::filesystem::exists(folder / ".SRCINFO")) {
    const auto kept = SrcInfo::parse(read_file(folder / ".SRCINFO"), "x86_64");
    CHECK(kept.version == info.version);
    CHECK(printed(kept) == printed(info));
  }
  CHECK(srcinfo_agrees(info, pacman::PkgbuildText(pkgbuild), "x86_64"));
  check_files(pkgbuild, info);
}
