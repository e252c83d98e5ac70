#include <sys/stat.h>
#include <unistd.h>

#include "tests/catch.hpp"
#include "tests/unit/core/script/sandbox.hpp"

using namespace pkgkiln;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Packages are files of a line: "genuine" is what every signature fits and every checksum.
struct PackageCaches : test::ScriptSandbox {
  PackageCaches() {
    program("pacman", R"(
      case "$*" in
        *--help*) exit 0 ;;
        '-T '*) shift 2; printf '%s\n' "$@"; exit 0 ;;
        *--print*)
          [[ "$*" != -Syu* ]] || { echo ':: Synchronizing'; exit 0; }
          for want in $WANTED; do
            size=$(stat -c %s "$ROOT/server/${want#*/}.pkg.tar.zst")
            echo "pkgkiln-plan ${want%%/*} $size https://server/${want#*/}.pkg.tar.zst"
          done
          exit 0 ;;
      esac
      for want in $WANTED; do
        file=$ROOT/pkg/${want#*/}.pkg.tar.zst
        if [ ! -e "$file" ] || [[ $want == signed/* && ! -e $file.sig ]]; then
          echo "downloaded ${file##*/}"
          cp "$ROOT/server/${file##*/}" "$file"
          [[ $want != signed/* ]] || echo genuine >"$file.sig"
        fi
        [[ $(cat "$file") == genuine* ]] || { rm "$file"; echo "refused ${file##*/}"; exit 1; }
        [[ $want != signed/* || $(cat "$file.sig") == genuine ]] || { echo 'bad signature'; exit 1; }
      done)");
    program("pacman-conf", R"(
      case $1 in
        --repo=signed) echo 'Server = https://server' ;;
        --repo=optional) printf '%s\n' 'SigLevel = PackageOptional' 'SigLevel = PackageTrustedOnly' 'Server = https://server' ;;
        --repo=unsigned) printf '%s\n' 'SigLevel = PackageNever' 'Server = http://server' ;;
        --repo=local) printf '%s\n' 'SigLevel = PackageNever' 'Server = file:///server' ;;
        --repo-list) echo signed ;;
        SigLevel) printf '%s\n' PackageRequired PackageTrustedOnly ;;
        CacheDir) printf '%s\n' "$ROOT/pkg/" "$ROOT/other/" ;;
      esac)");
    for (const auto* name :
         {"signed-1-1-any", "optional-1-1-any", "unsigned-1-1-any", "local-1-1-any"})
      file("server/" + std::string(name) + ".pkg.tar.zst", "genuine\n");
    fs::create_directories(root / "shared");
    fs::create_directories(root / "own");
  }

  /// As a new container does.
  void build(const std::string& wanted, const std::string& limit = "1000000") {
    fs::remove_all(root / "pkg");
    fs::create_directories(root / "pkg");
    run(script::dependencies, {"something"},
        {{"WANTED", wanted},
         {"SHARED_CACHE", (root / "shared").string()},
         {"SHARED_CACHE_LIMIT", limit},
         {"OWN_CACHE", (root / "own").string()},
         {"BUILDER_ID", std::to_string(::getuid())}},
        {});
  }
  bool downloaded() const { return output.find("downloaded") != std::string::npos; }
};

const std::string kShared = "shared/signed-1-1-any.pkg.tar.zst";

}  // namespace

TEST_CASE("a signed package is downloaded once, and shared with its signature") {
  PackageCaches place;
  place.build("signed/signed-1-1-any");
  CHECK(place.code == 0);
  CHECK(place.downloaded());
  CHECK(place.content(kShared) == "genuine\n");
  CHECK(place.content(kShared + ".sig") == "genuine\n");
  place.build("signed/signed-1-1-any");
  CHECK(place.code == 0);
  CHECK_FALSE(place.downloaded());
}

TEST_CASE("a package that need not be signed is kept for its target alone") {
  PackageCaches place;
  const auto name = GENERATE(as<std::string>(), "unsigned", "optional");
  place.build(name + "/" + name + "-1-1-any");
  CHECK(fs::is_empty(place.root / "shared"));
  CHECK(place.content("own/packages/" + name + "-1-1-any.pkg.tar.zst") == "genuine\n");
  place.build(name + "/" + name + "-1-1-any");
  CHECK(place.code == 0);
  CHECK_FALSE(place.downloaded());
}

TEST_CASE("what is on the disk already is kept nowhere") {
  PackageCaches place;
  place.build("local/local-1-1-any");
  CHECK(place.code == 0);
  CHECK(fs::is_empty(place.root / "shared"));
  CHECK(fs::is_empty(place.root / "own/packages"));
}

TEST_CASE("whatever stands in the shared cache, the genuine package is installed") {
  PackageCaches place;
  const auto path = place.root / kShared;
  SECTION("another one of that size") {
    place.file(kShared, "forgery\n");
    place.file(kShared + ".sig", "genuine\n");
  }
  SECTION("another signature") {
    place.file(kShared, "genuine\n");
    place.file(kShared + ".sig", "forgery\n");
  }
  SECTION("no signature") {
    place.file(kShared, "genuine\n");
  }
  SECTION("one of another size") {
    place.file(kShared, "genuine, as it says\n");
  }
  SECTION("a link to it") {
    place.file("elsewhere", "genuine\n");
    fs::create_symlink(place.root / "elsewhere", path);
  }
  SECTION("something that never ends") {
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  }
  SECTION("a directory") {
    fs::create_directories(path / "x");
  }
  place.build("signed/signed-1-1-any");
  CHECK(place.code == 0);
  CHECK(place.downloaded());
  place.build("signed/signed-1-1-any");
  place.build("signed/signed-1-1-any");
  CHECK_FALSE(place.downloaded());
  CHECK(place.content(kShared) == "genuine\n");
}

TEST_CASE("a transaction that fails without a cache fails once") {
  PackageCaches place;
  place.file("server/signed-1-1-any.pkg.tar.zst", "forgery\n");
  place.build("signed/signed-1-1-any");
  CHECK(place.code == 1);
  CHECK(place.output.find("refused") == place.output.rfind("refused"));
  CHECK_FALSE(place.has(kShared));
}

TEST_CASE("a transaction that fails in any case leaves the caches as they were") {
  PackageCaches place;
  place.build("signed/signed-1-1-any");
  place.file("server/optional-1-1-any.pkg.tar.zst", "forgery\n");
  place.build("signed/signed-1-1-any optional/optional-1-1-any");
  CHECK(place.code == 1);
  CHECK_THAT(place.output, ContainsSubstring("trying once more"));
  CHECK(place.content(kShared) == "genuine\n");
  CHECK_FALSE(place.has("own/packages/optional-1-1-any.pkg.tar.zst"));
}

TEST_CASE("a link in the place of a directory of the own cache is not followed") {
  PackageCaches place;
  fs::create_directories(place.root / "elsewhere");
  fs::create_directory_symlink(place.root / "elsewhere", place.root / "own/packages");
  place.build("unsigned/unsigned-1-1-any");
  CHECK(place.code == 0);
  CHECK(fs::is_empty(place.root / "elsewhere"));
  CHECK(fs::is_directory(fs::symlink_status(place.root / "own/packages")));
}

TEST_CASE("the shared cache is held to its limit, and to what may be in it") {
  PackageCaches place;
  for (const auto* name : {"shared/old-1-1-any.pkg.tar.zst", "shared/odd name", "shared/.new.1",
                           "shared/new-1-1-any.pkg.tar.zst"})
    place.file(name, std::string(100, 'x'));
  fs::last_write_time(place.root / "shared/old-1-1-any.pkg.tar.zst",
                      fs::file_time_type::clock::now() - std::chrono::hours(1));
  fs::create_directories(place.root / "shared/sub/directory");
  place.build("signed/signed-1-1-any", "150");
  CHECK(place.code == 0);
  CHECK(place.has("shared/new-1-1-any.pkg.tar.zst"));
  CHECK(place.has(kShared));
  CHECK(place.has("shared/.new.1"));  // somebody may be writing it
  CHECK_FALSE(place.has("shared/old-1-1-any.pkg.tar.zst"));
  CHECK_FALSE(place.has("shared/odd name"));
  CHECK_FALSE(place.has("shared/sub"));
}
