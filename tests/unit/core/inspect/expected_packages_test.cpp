#include "core/inspect/expected_packages.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

pacman::PackageArchive made(const std::string& file_name, const std::string& pkgbase = "foo") {
  pacman::PackageArchive package;
  package.name = *pacman::PackageFileName::parse(file_name);
  package.info.pkgbase = pkgbase;
  return package;
}

pacman::SrcInfo srcinfo_of(const std::string& version) {
  return pacman::SrcInfo::parse("pkgbase = foo\n\tpkgver = " + version +
                                    "\n\tpkgrel = 2\n\tarch = x86_64\n\npkgname = foo\n\n"
                                    "pkgname = foo-data\n\tarch = any\n",
                                "x86_64");
}

}  // namespace

TEST_CASE("a packagelist announces its files, -debug packages apart") {
  const auto expected = ExpectedPackages::from_packagelist(
      "/build/pkgdest/foo-1:1.0-1-x86_64.pkg.tar.zst\n"
      "/build/pkgdest/foo-debug-1:1.0-1-x86_64.pkg.tar.zst\n");
  REQUIRE(expected.required().size() == 1);
  CHECK(expected.required().front().pkgname == "foo");
  CHECK(expected.version() == "1:1.0-1");
}

TEST_CASE("a packagelist is hostile") {
  const auto* text = GENERATE("", "hello\n", "/x/..\n", "/x/foo-1-1-any.pkg.tar.zst\nrubbish\n",
                              "/x/a-1-1-any.pkg.tar.zst\n/x/b-2-1-any.pkg.tar.zst\n");
  CHECK_THROWS_AS(ExpectedPackages::from_packagelist(text), Error);
}

TEST_CASE("a .SRCINFO announces each package for its arch") {
  const auto expected = ExpectedPackages::from_srcinfo(srcinfo_of("1.0"), "x86_64");
  REQUIRE(expected.required().size() == 2);
  CHECK(expected.required()[0].text() == "foo-1.0-2-x86_64.pkg.tar.zst");
  CHECK(expected.required()[1].text() == "foo-data-1.0-2-any.pkg.tar.zst");
}

TEST_CASE("what was made is held against what was expected") {
  const auto expected = ExpectedPackages::from_packagelist(
      "/p/foo-1-1-x86_64.pkg.tar.zst\n/p/foo-data-1-1-any.pkg.tar.zst\n"
      "/p/foo-debug-1-1-x86_64.pkg.tar.zst\n");
  const auto foo = made("foo-1-1-x86_64.pkg.tar.zst");
  const auto data = made("foo-data-1-1-any.pkg.tar.zst");
  SECTION("the set is whole, with its -debug package or without") {
    CHECK_FALSE(expected.objection_to({foo, data}));
    CHECK_FALSE(expected.objection_to({foo, data, made("foo-debug-1-1-x86_64.pkg.tar.zst")}));
  }
  SECTION("another version of all is no objection: pkgver() runs twice") {
    CHECK_FALSE(expected.objection_to(
        {made("foo-2-1-x86_64.pkg.tar.zst"), made("foo-data-2-1-any.pkg.tar.zst")}));
  }
  SECTION("one is missing") {
    CHECK_THAT(expected.objection_to({foo}).value_or(""), ContainsSubstring("foo-data"));
  }
  SECTION("nothing was made") {
    CHECK(expected.objection_to({}));
  }
  SECTION("one too many") {
    CHECK_THAT(expected.objection_to({foo, data, made("bash-9-1-x86_64.pkg.tar.zst")}).value_or(""),
               ContainsSubstring("bash-9-1"));
  }
  SECTION("a -debug package of a package that was not expected") {
    CHECK(expected.objection_to({foo, data, made("bash-debug-1-1-x86_64.pkg.tar.zst", "bash")}));
  }
  SECTION("two versions") {
    CHECK_THAT(expected.objection_to({foo, made("foo-data-2-1-any.pkg.tar.zst")}).value_or(""),
               ContainsSubstring("two versions"));
  }
  SECTION("two files of one package") {
    CHECK_THAT(expected.objection_to({foo, made("foo-1-1-x86_64.pkg.tar.xz"), data}).value_or(""),
               ContainsSubstring("two files"));
  }
  SECTION("another arch") {
    CHECK(expected.objection_to({made("foo-1-1-any.pkg.tar.zst"), data}));
  }
}
