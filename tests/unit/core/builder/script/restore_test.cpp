#include "tests/catch.hpp"
#include "tests/unit/core/builder/script/sandbox.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;

namespace {

/// With a pacman that has what stands in the file "installed"; what -U is given it has after that.
struct Restoring : test::ScriptSandbox {
  Restoring() {
    file("installed", "base 1-1\ngcc 13-1\nextra 1-1\n");
    program("pacman", R"(case "$1" in
      -S) [ "$2" = --help ] && echo --disable-sandbox ;;
      -Sl) echo 'core gcc 13-1 [installed]' ;;
      -Q) cat "$ROOT/installed" ;;
      -U) [ ! -e "$ROOT/refuses" ] || exit 1
          while [ "$1" != -- ]; do shift; done; shift
          for file; do
            name=${file##*/} name=${name%-*} version=${name#*-}
            sed -i "/^${name%%-*} /d" "$ROOT/installed"
            echo "${name%%-*} $version" >>"$ROOT/installed"
          done ;;
      -R) while [ "$1" != -- ]; do shift; done; shift
          for name; do sed -i "/^$name /d" "$ROOT/installed"; done ;;
    esac; exit 0)");
    program("pacman-conf", R"(case "$*" in CacheDir) echo "$ROOT/cache/" ;;
      *core*) echo "file://$ROOT/mirror"; echo http://mirror.test ;; esac)");
    program("curl", R"([[ -e "$ROOT/web/${*: -1}" ]])");
  }
  void run(std::map<std::string, std::string> environment = {}) {
    environment["BUILDER_ID"] = "1500";
    ScriptSandbox::run(script::restore, {"base-1-1-any", "gcc-12-1-x86_64", "lib-2-1-x86_64"},
                       environment, {});
  }
};

}  // namespace

TEST_CASE("packages are restored from caches, mirrors and an archive, and others removed") {
  Restoring place;
  place.file("mirror/gcc-12-1-x86_64.pkg.tar.xz", "");
  place.file("archive/packages/l/lib/lib-2-1-x86_64.pkg.tar.zst", "");
  place.run({{"ARCHIVE", place.root / "archive"}});
  CHECK(place.code == 0);
  CHECK(place.content("installed") == "base 1-1\ngcc 12-1\nlib 2-1\n");
  const auto root = place.root.string();
  CHECK_THAT(place.called(),
             ContainsSubstring("pacman -U --noconfirm --ask 4 --disable-sandbox --nodeps --nodeps "
                               "-- file://" +
                               root + "/mirror/gcc-12-1-x86_64.pkg.tar.xz " + root +
                               "/archive/packages/l/lib/lib-2-1-x86_64.pkg.tar.zst\n"));
}

TEST_CASE("a cache comes before the network") {
  Restoring place;
  place.file("cache/gcc-12-1-x86_64.pkg.tar.zst", "");
  place.file("shared/lib-2-1-x86_64.pkg.tar.zst", "");
  place.run({{"SHARED_CACHE", place.root / "shared"}, {"ARCHIVE", "http://archive.test"}});
  CHECK(place.code == 0);
  CHECK(place.called().find("curl") == std::string::npos);
}

TEST_CASE("unless all can be had, nothing is done but on request") {
  Restoring place;
  place.file("cache/gcc-12-1-x86_64.pkg.tar.zst", "");
  place.run();
  CHECK(place.code == 1);
  CHECK(place.content("installed") == "base 1-1\ngcc 13-1\nextra 1-1\n");
  place.run({{"EVEN_SOME", "1"}});
  CHECK(place.code == 1);
  CHECK_THAT(place.output, EndsWith("lib-2-1-x86_64\n"));
  CHECK(place.output.find("gcc-12-1") == std::string::npos);
  CHECK(place.content("installed") == "base 1-1\nextra 1-1\ngcc 12-1\n");
}

TEST_CASE("what pacman refuses is not there") {
  Restoring place;
  place.file("cache/gcc-12-1-x86_64.pkg.tar.zst", "");
  place.file("cache/lib-2-1-x86_64.pkg.tar.zst", "");
  place.file("refuses", "");
  place.run({{"EVEN_SOME", "1"}});
  CHECK(place.code == 1);
  CHECK_THAT(place.output, EndsWith("gcc-12-1-x86_64\nlib-2-1-x86_64\n"));
}

TEST_CASE("what is there already needs nothing but that others go") {
  Restoring place;
  place.file("installed", "base 1-1\ngcc 12-1\nlib 2-1\nextra 1-1\n");
  place.run();
  CHECK(place.code == 0);
  CHECK(place.content("installed") == "base 1-1\ngcc 12-1\nlib 2-1\n");
  CHECK(place.called().find("-Sy ") == std::string::npos);
}
