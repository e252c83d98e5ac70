#include "core/verify/package_comparison.hpp"

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/sample_package.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using Kind = Difference::Kind;
using Found = std::vector<Difference>;

namespace {

struct Pair {
  test::SamplePackage one, other;
  TempDir directory;

  Found compare() const {
    std::filesystem::create_directory(directory.path() / "one");
    std::filesystem::create_directory(directory.path() / "other");
    return differences_of(one.write(directory.path() / "one"),
                          other.write(directory.path() / "other"), 1U << 20U, kNever);
  }
};

}  // namespace

TEST_CASE("the same package differs in nothing") {
  CHECK(Pair().compare().empty());
}

TEST_CASE("it is told which files differ in what, and which only one package has") {
  Pair pair;
  pair.other.files = {{"usr/", ""}, {"usr/share/", ""}, {"usr/share/sample.txt", "hallo\n"}};
  pair.one.files.emplace_back("usr/share/gone", "x");
  pair.other.files.emplace_back("usr/share/new/", "");
  const auto found = pair.compare();
  REQUIRE(found.size() == 3);
  CHECK(found[0] == Difference{Kind::file, "usr/share/gone", "file", ""});
  CHECK(found[1].what == "usr/share/sample.txt");
  CHECK(found[1].published.starts_with("6 bytes, sha256 5891b5b522d5df08"));
  CHECK(found[1].rebuilt.starts_with("6 bytes, sha256 "));
  CHECK(found[1].rebuilt.find("mode") == std::string::npos);
  CHECK(found[2] == Difference{Kind::file, "usr/share/new/", "", "directory"});
}

TEST_CASE("fields of the metadata are told, and what was installed by its name") {
  Pair pair;
  pair.one.more_info = "depend = a\ndepend = b\n";
  pair.other.more_info = "depend = a\n";
  pair.one.build_info =
      "buildenv = color\ninstalled = gcc-12-1-x86_64\ninstalled = old-1-1-any\ninstalled = odd\n";
  pair.other.build_info = "buildenv = !color\ninstalled = gcc-13-1-x86_64\n";
  CHECK(pair.compare() == Found{{Kind::metadata, ".PKGINFO depend", "a, b", "a"},
                                {Kind::metadata, ".BUILDINFO buildenv", "color", "!color"},
                                {Kind::installed, "gcc", "12-1-x86_64", "13-1-x86_64"},
                                {Kind::installed, "old", "1-1-any", ""}});
}

TEST_CASE("a package that is only packed in another way has the same in it") {
  Pair pair;
  pair.other.extension = ".pkg.tar.xz";
  const auto found = pair.compare();
  REQUIRE(found.size() == 1);
  CHECK(found.front().kind == Kind::archive);
}

TEST_CASE("a package that unpacks to more than is allowed is not compared") {
  Pair pair;
  pair.one.files.emplace_back("usr/share/zeros", std::string(4U << 20U, '\0'));
  CHECK_THROWS_AS(pair.compare(), Error);
}
