#include "core/package/package_name.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln::pacman;

TEST_CASE("package names are checked") {
  for (const auto* good : {"foo", "libstdc++", "gtk2+extra", "a", "@x", "_x", "+x", "7zip",
                           "python-3.12_x", "r8168-dkms"})
    CHECK(is_package_name(good));
  for (const auto* bad : {"", "-foo", ".foo", "..", "foo/bar", "foo bar", "foo\n", "foo=1",
                          "foo:bar", "f\xc3\xb6o", "foo;rm", "$(foo)"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_package_name(bad));
  }
  CHECK(is_package_name(std::string(255, 'a')));
  CHECK_FALSE(is_package_name(std::string(256, 'a')));
  CHECK_FALSE(is_package_name(std::string_view("a\0b", 3)));
}

TEST_CASE("architectures are checked") {
  for (const auto* good : {"any", "x86_64", "armv7h"}) CHECK(is_arch(good));
  for (const auto* bad : {"", "x86-64", "x86/64", "any ", "a\n"}) CHECK_FALSE(is_arch(bad));
}

TEST_CASE("dependencies are checked") {
  for (const auto* good :
       {"foo", "foo>=1:2.0-1", "foo<2", "foo<=2", "foo>1", "foo=1.0", "libfoo.so=1-64",
        "libfoo.so=libfoo.so-64", "libfoo.so", "lib:libfoo.so.1", "wine>=4.0rc1", "libstdc++"}) {
    CAPTURE(good);
    CHECK(is_dependency(good));
  }
  for (const auto* bad : {"", "-Syu", "--config=x", "foo bar", "foo>", "foo=", "foo==1", "foo=>1",
                          "foo>=1=2", "core/foo", "foo\n", "=1", ".foo", ":foo", "foo>=1 2"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_dependency(bad));
  }
}

TEST_CASE("package file names are parsed from the right") {
  const auto name = PackageFileName::parse("lib32-gtk-3-2:1.0+r5-1.2-x86_64.pkg.tar.zst");
  REQUIRE(name);
  CHECK(name->pkgname == "lib32-gtk-3");
  CHECK(name->version == "2:1.0+r5-1.2");
  CHECK(name->arch == "x86_64");
  CHECK(name->extension == ".pkg.tar.zst");
  CHECK(name->text() == "lib32-gtk-3-2:1.0+r5-1.2-x86_64.pkg.tar.zst");
  CHECK_FALSE(name->is_debug());
  CHECK(PackageFileName::parse("foo-debug-1-1-any.pkg.tar")->is_debug());
}

TEST_CASE("a name that looks like a package file inside another's stays whole") {
  const auto name = PackageFileName::parse("a-1-1-any.pkg.tar.gz-2-1-any.pkg.tar.xz");
  REQUIRE(name);
  CHECK(name->pkgname == "a-1-1-any.pkg.tar.gz");
  CHECK(name->version == "2-1");
}

TEST_CASE("what isn't a package file name is refused") {
  for (const auto* bad :
       {"", "foo", "foo-1-1-any", "foo-1-any.pkg.tar.zst", "foo-1-1-any.tar.zst",
        "foo-1-1-any.pkg.tar.zst.sig", "foo-1-1-any.pkg.tar.exe", "foo-1-1-any.pkg.tar.",
        "../foo-1-1-any.pkg.tar.zst", "a/foo-1-1-any.pkg.tar.zst", "-foo-1-1-any.pkg.tar.zst",
        ".foo-1-1-any.pkg.tar.zst", "-1-1-any.pkg.tar.zst", "foo\n-1-1-any.pkg.tar.zst",
        "foo-1-1-any.pkg.tar.zst\n", "foo-1-x-any.pkg.tar.zst", "foo-x:1-1-any.pkg.tar.zst",
        "foo-1-1-.pkg.tar.zst", ".pkg.tar.zst"}) {
    CAPTURE(bad);
    CHECK_FALSE(PackageFileName::parse(bad));
  }
  const std::string rest = "-1-1-any.pkg.tar.zst";
  CHECK(PackageFileName::parse(std::string(255 - rest.size(), 'a') + rest));
  CHECK_FALSE(PackageFileName::parse(std::string(256 - rest.size(), 'a') + rest));
}

TEST_CASE("what is left of a name without suffixes is a name of its own") {
  using Names = std::vector<std::string>;
  CHECK(name_and_stems("foo") == Names{"foo"});
  CHECK(name_and_stems("foo-git-bin") == Names{"foo-git-bin", "foo-git", "foo"});
  CHECK(name_and_stems("-git") == Names{"-git"});
  CHECK(name_and_stems("foo-fix") == Names{"foo-fix"});
}
