#include "core/pkgbuild/outside_paths.hpp"

#include "tests/catch.hpp"

using pkgkiln::pacman::outside_paths;
using Paths = std::vector<std::string>;

TEST_CASE("what a PKGBUILD reads above its directory is found in its text") {
  CHECK(outside_paths("source ../common/vars.sh\n") == Paths{"../common/vars.sh"});
  CHECK(outside_paths(". ../../x; . ../y\n") == Paths{"../../x", "../y"});
  CHECK(outside_paths("source=(a '../b.patch' \"../c\")\ninstall=../d") ==
        Paths{"../b.patch", "../c", "../d"});
  CHECK(outside_paths("pkgver=$(cat ../version)\n") == Paths{"../version"});
  CHECK(outside_paths("build() {\n  cp $startdir/../a .\n  . \"${startdir}/../b\"\n}\n") ==
        Paths{"../a", "../b"});
  CHECK(outside_paths("f() { :; }\nsource ../x\n") == Paths{"../x"});
}

TEST_CASE("what stays below the directory, or is no path, is not taken for one") {
  CHECK(outside_paths("build() {\n  cd x\n  ../configure --prefix=/usr\n}\n").empty());
  CHECK(outside_paths("package_a-b() {\n  cp ../x y\n}\n").empty());
  CHECK(outside_paths("# source ../x\n  # ../y\n").empty());
  CHECK(outside_paths("url=https://example.com/../x\nsource=(a/../b)\n").empty());
  CHECK(outside_paths("cd ..\n").empty());
  CHECK(outside_paths("").empty());
}

TEST_CASE("of very many, ten are told, each once, and none that is too long for a path") {
  std::string text = ". ../x\n. ../x\n";
  for (int i = 0; i < 100; ++i)
    text += ". ../" + std::string(i % 2 == 0 ? 0 : 1000, 'x') + std::to_string(i) + "\n";
  const auto paths = outside_paths(text);
  CHECK(paths.size() == 10);
  CHECK(paths.front() == "../x");
  CHECK(paths.back() == "../16");
}
