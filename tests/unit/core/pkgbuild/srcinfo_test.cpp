#include "core/pkgbuild/srcinfo.hpp"

#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/programs.hpp"

using Catch::Matchers::ContainsSubstring;
using pkgkiln::Error;
using pkgkiln::pacman::SrcInfo;
using pkgkiln::pacman::why_not_for;
using Texts = std::vector<std::string>;

namespace {

const std::string kMinimalSrcinfo = "pkgbase = foo\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\n";

SrcInfo parse(const std::string& text) {
  return SrcInfo::parse(text, "x86_64");
}

}  // namespace

TEST_CASE("a .SRCINFO gives its values") {
  const auto info = parse(
      "# a comment\n"
      "pkgbase = foo\n"
      "\tpkgdesc = text = with = signs\n"
      "\tpkgver = 1.2\n\tpkgrel = 3\n\tepoch = 4\n"
      "\tarch = x86_64\n\tarch = aarch64\n"
      "\tdepends = a>=1\n\tmakedepends = m\n\tcheckdepends = c\n"
      "\tdepends_x86_64 = intel\n\tdepends_aarch64 = arm\n"
      "\tmakedepends_x86_64 = nasm\n"
      "\tsource = foo.tar.gz\n\tsource_x86_64 = blob.bin\n"
      "\tvalidpgpkeys = 0123456789ABCDEF0123456789ABCDEF01234567\n"
      "\n"
      "pkgname = foo\n");
  CHECK(info.pkgbase == "foo");
  CHECK(info.version == "4:1.2-3");
  CHECK(info.arch == Texts{"x86_64", "aarch64"});
  CHECK(info.depends == Texts{"a>=1", "intel"});
  CHECK(info.makedepends == Texts{"m", "nasm"});
  CHECK(info.checkdepends == Texts{"c"});
  CHECK(info.sources == Texts{"foo.tar.gz", "blob.bin"});
  CHECK(info.valid_pgp_keys == Texts{"0123456789ABCDEF0123456789ABCDEF01234567"});
  REQUIRE(info.packages.size() == 1);
  CHECK(info.packages[0].depends == Texts{"a>=1", "intel"});
}

TEST_CASE("a package's values take the place of the base's") {
  const auto info = parse(
      "pkgbase = base\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = x86_64\n"
      "\tdepends = a\n\tdepends_x86_64 = b\n\tprovides = p\n"
      "\npkgname = one\n\tarch = any\n\tdepends = \n"
      "\npkgname = two\n\tdepends = c\n\tdepends_x86_64 = d\n\tprovides = q=1\n"
      "\npkgname = three\n");
  REQUIRE(info.packages.size() == 3);
  CHECK(info.packages[0].arch == Texts{"any"});
  CHECK(info.packages[0].depends == Texts{"b"});
  CHECK(info.packages[0].provides == Texts{"p"});
  CHECK(info.packages[1].arch == Texts{"x86_64"});
  CHECK(info.packages[1].depends == Texts{"c", "d"});
  CHECK(info.packages[1].provides == Texts{"q=1"});
  CHECK(info.packages[2].depends == Texts{"a", "b"});
}

TEST_CASE("an epoch of zero is left out, as makepkg does") {
  CHECK(parse(kMinimalSrcinfo + "\tepoch = 0\npkgname = foo\n").version == "1-1");
}

TEST_CASE("lines may end in carriage returns, or not at all") {
  const auto info =
      parse("pkgbase = foo\r\n\tpkgver = 1\r\n\tpkgrel = 1\r\n\tarch = any\r\npkgname=foo");
  CHECK(info.version == "1-1");
  CHECK(info.packages[0].pkgname == "foo");
}

TEST_CASE("sources that a VCS serves are found") {
  const auto info = parse(kMinimalSrcinfo +
                          "\tsource = git+https://x/a.git#branch=main\n"
                          "\tsource = dir::git://x/b\n\tsource = svn+https://x/c\n"
                          "\tsource = hg+http://x/d\n\tsource = bzr+lp:e\n\tsource = lp:f\n"
                          "\tsource = fossil+https://x/g\n"
                          "\tsource = https://x/git.tar.gz\n\tsource = git.patch\n"
                          "\tsource = git.tar::https://x/h\n\tsource = help:x\n"
                          "pkgname = foo\n");
  CHECK(info.vcs_sources() == Texts{"git+https://x/a.git#branch=main", "dir::git://x/b",
                                    "svn+https://x/c", "hg+http://x/d", "bzr+lp:e", "lp:f",
                                    "fossil+https://x/g"});
}

TEST_CASE("sources are verified by a checksum, or by being clones of Git") {
  const auto verified = [](const std::string& lines) {
    return SrcInfo::parse("pkgbase = a\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\n" + lines +
                              "\npkgname = a\n",
                          "x86_64")
        .verified_sources();
  };
  using Sources = std::vector<SrcInfo::Verified>;
  CHECK(verified("source = https://e.org/a.tar.gz\nsource = https://e.org/a.sig\n"
                 "sha256sums = ab\nsha256sums = SKIP\n") == Sources{{"a.tar.gz"}});
  CHECK(verified("source = b::https://e.org/a?x=1\nsource = https://e.org/c?d=1\n"
                 "md5sums = SKIP\nmd5sums = ab\n") == Sources{{"c?d=1"}});
  CHECK(verified("source = https://e.org/a\nsha256sums = SKIP\nb2sums = ab\n") == Sources{{"a"}});
  CHECK(verified("source = https://e.org/a\nsha256sums = ab\n"
                 "source_x86_64 = https://e.org/b\nsha256sums_x86_64 = SKIP\n") == Sources{{"a"}});
  CHECK(
      verified("source = git+https://e.org/g.git#tag=1\nsource = n::git+https://e.org/h?signed\n"
               "source = git://e.org/i.git/\nsource = svn+https://e.org/j\n") ==
      Sources{{"g", "https://e.org/g.git"}, {"n", "https://e.org/h"}, {"i", "git://e.org/i.git/"}});
  CHECK(verified("source = https://e.org/a\n").empty());
  // Two of one name; a checksum that can be forged; what is no plain name.
  CHECK(verified("source = https://e.org/a\nsource = https://f.org/a\n"
                 "sha256sums = ab\nsha256sums = SKIP\n")
            .empty());
  CHECK(verified("source = https://e.org/a\ncksums = 1\n").empty());
  for (const std::string name : {"../../x", "..", ".hidden", "-x", "a/b"})
    CHECK(verified("source = " + name + "::https://e.org/a\nsource = " + name +
                   "::git+https://e.org/a\nsha256sums = ab\nsha256sums = SKIP\n")
              .empty());
  CHECK(verified("source = https://e.org/\nsha256sums = ab\n").empty());
}

TEST_CASE("what must be installed to build is gathered once, without what the set provides") {
  const auto info = parse(kMinimalSrcinfo +
                          "\tmakedepends = m\n\tmakedepends = lib\n\tcheckdepends = m\n"
                          "\tdepends = a\n"
                          "pkgname = lib\n\tdepends = a\n\tprovides = libx.so=1-64\n"
                          "pkgname = tool\n\tdepends = lib=1\n\tdepends = libx.so\n"
                          "\tdepends = z>2\n");
  CHECK(info.build_dependencies() == Texts{"m", "lib", "a", "z>2"});
}

TEST_CASE("what isn't a sound .SRCINFO is refused, with its line") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "names no pkgname"},
      {kMinimalSrcinfo, "names no pkgname"},
      {"pkgver = 1\n", "line 1: a key stands before pkgbase"},
      {"pkgname = foo\n", "line 1: pkgname stands before pkgbase"},
      {kMinimalSrcinfo + "pkgbase = bar\n", "line 5: a second pkgbase"},
      {kMinimalSrcinfo + "pkgname = a\npkgname = a\n", "line 6: pkgname 'a' stands there twice"},
      {kMinimalSrcinfo + "hello\n", "line 5: expected 'key = value'"},
      {kMinimalSrcinfo + "<html> = 1\n", "line 5: expected 'key = value'"},
      {kMinimalSrcinfo + "\tdepends = -Rdd\n", "line 5: depends is no dependency"},
      {kMinimalSrcinfo + "\tmakedepends_x86_64 = a b\n",
       "line 5: makedepends_x86_64 is no dependency"},
      {kMinimalSrcinfo + "\tarch = x/y\n", "line 5: arch is no architecture"},
      {kMinimalSrcinfo + "\tvalidpgpkeys = --yes\n", "line 5: validpgpkeys is no key fingerprint"},
      {kMinimalSrcinfo + "pkgname = ../foo\n", "line 5: pkgname is no package name"},
      {kMinimalSrcinfo + "\tpkgdesc = \x1b[2J\n", "line 5: control characters"},
      {kMinimalSrcinfo + "\tpkgver = 1-2\npkgname = foo\n", "form no valid version"},
      {kMinimalSrcinfo + "\tepoch = x\npkgname = foo\n", "form no valid version"},
      {"pkgbase = foo\n\tpkgver = 1\npkgname = foo\n", "form no valid version"}};
  for (const auto& [text, why] : cases) {
    CAPTURE(text);
    REQUIRE_THROWS_WITH(parse(text), ContainsSubstring(why));
  }
}

TEST_CASE("the size of a .SRCINFO is bounded") {
  REQUIRE_THROWS_WITH(parse(std::string(4194305, ' ')), ContainsSubstring("longer than 4 MiB"));
  REQUIRE_THROWS_WITH(parse(std::string(100001, '\n')),
                      ContainsSubstring("more than 100000 lines"));
  REQUIRE_THROWS_WITH(parse(kMinimalSrcinfo + "pkgdesc = " + std::string(70000, 'x')),
                      ContainsSubstring("line 5: the line is too long"));
  const auto many = [](const std::string& key) {
    std::string text = kMinimalSrcinfo;
    for (int i = 0; i < 400; ++i) text += "\t" + key + " = d" + std::to_string(i) + "\n";
    for (int i = 0; i < 400; ++i) text += "pkgname = p" + std::to_string(i) + "\n";
    return text;
  };
  REQUIRE_THROWS_WITH(parse(many("depends")), ContainsSubstring("too many packages"));
  REQUIRE_THROWS_WITH(parse(many("provides_x86_64")), ContainsSubstring("too many packages"));
  CHECK(parse(many("source")).packages.size() == 400);
}

TEST_CASE("what makepkg prints for a PKGBUILD is understood") {
  const pkgkiln::TempDir directory;
  pkgkiln::write_file_atomically(directory.path() / "PKGBUILD",
                                 R"(pkgbase=tree
pkgname=(tree-lib tree-doc)
pkgver=1.0.r3
pkgrel=2
epoch=1
pkgdesc="Ä tree,  with = signs"
url="https://example.org/?a=b"
arch=(x86_64 aarch64)
license=(MIT)
depends=('glibc>=2.30')
depends_x86_64=(nasm-lib)
makedepends=(git)
checkdepends=(bats)
source=("tree::git+https://example.org/tree.git#tag=v1" fix.patch)
sha256sums=(SKIP SKIP)
package_tree-lib() {
  depends=(glibc libfoo.so)
  provides=("libtree.so=1-64")
}
package_tree-doc() {
  arch=(any)
  depends=()
}
)");
  const auto printed = pkgkiln::test::run_makepkg(directory.path(), {"--printsrcinfo"});
  INFO(printed.output);
  REQUIRE(printed.code == 0);
  const auto info = parse(printed.output);
  CHECK(info.pkgbase == "tree");
  CHECK(info.version == "1:1.0.r3-2");
  CHECK(info.depends == Texts{"glibc>=2.30", "nasm-lib"});
  CHECK(info.makedepends == Texts{"git"});
  CHECK(info.checkdepends == Texts{"bats"});
  CHECK(info.vcs_sources() == Texts{"tree::git+https://example.org/tree.git#tag=v1"});
  REQUIRE(info.packages.size() == 2);
  CHECK(info.packages[0].pkgname == "tree-lib");
  CHECK(info.packages[0].depends == Texts{"glibc", "libfoo.so", "nasm-lib"});
  CHECK(info.packages[0].provides == Texts{"libtree.so=1-64"});
  CHECK(info.packages[1].arch == Texts{"any"});
  CHECK(info.packages[1].depends == Texts{"nasm-lib"});
}

TEST_CASE("what is made for other machines is told, as far as that is sure") {
  const auto why = [](const Texts& arches) { return why_not_for("x86_64", arches); };
  CHECK(why({"aarch64"}) == "made for aarch64 only, not for x86_64");
  CHECK(why({"aarch64", "armv7h"}) == "made for aarch64, armv7h only, not for x86_64");
  CHECK(why(Texts(9, "i686")).ends_with("i686, … only, not for x86_64"));
  for (const auto& arches : {Texts{"aarch64", "x86_64"}, Texts{"any"}, Texts{}, Texts{"a b"}})
    CHECK(why(arches).empty());
}

TEST_CASE("a PKGBUILD is for no machine that one of its packages isn't for") {
  const std::string base = "pkgbase = a\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = x86_64\n";
  CHECK(parse(base + "pkgname = a\npkgname = b\n\tarch = any\n").why_not_for("x86_64").empty());
  CHECK(parse(base + "pkgname = a\npkgname = b\n\tarch = i686\n").why_not_for("x86_64") ==
        "made for i686 only, not for x86_64");
}

TEST_CASE("a level of x86_64 serves what is for those below it, with what they have") {
  using pkgkiln::pacman::served_arch;
  CHECK(served_arch("x86_64_v3", {"x86_64"}) == "x86_64");
  CHECK(served_arch("x86_64_v3", {"x86_64", "x86_64_v2", "x86_64_v4"}) == "x86_64_v2");
  CHECK(served_arch("x86_64_v3", {"x86_64", "x86_64_v3"}) == "x86_64_v3");
  CHECK(served_arch("x86_64_v3", {"any"}) == "x86_64");
  CHECK(served_arch("aarch64", {"any"}) == "aarch64");
  CHECK(why_not_for("x86_64_v3", {"x86_64"}).empty());
  CHECK(why_not_for("x86_64_v2", {"x86_64_v3"}) == "made for x86_64_v3 only, not for x86_64_v2");
  CHECK_FALSE(why_not_for("x86_64", {"x86_64_v2"}).empty());
  const auto info = SrcInfo::parse(
      "pkgbase = a\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = x86_64\n\tdepends_x86_64 = b\n"
      "pkgname = a\n",
      "x86_64_v3");
  CHECK(info.depends == Texts{"b"});
  CHECK(info.package_files("x86_64_v3").front().text() == "a-1-1-x86_64_v3.pkg.tar.zst");
}
