#include <chrono>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/catch.hpp"
#include "tests/unit/core/builder/script/sandbox.hpp"

using namespace pkgkiln;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Packages are files of a line: "genuine" is what every signature fits and every checksum.
struct PackageCaches : test::ScriptSandbox {
  PackageCaches() {
    program("pacman", R"(
      case "$*" in
        *--help* | -Qq) exit 0 ;;
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
    program("pacman-key", R"(shift; [[ $(cat "$1") == genuine && $(cat "$2") == genuine* ]])");
    renew();
  }
  void renew() const {
    fs::remove_all(root / "fetched");
    for (const auto* name : {"signed", "unsigned", "sources"})
      fs::create_directories(root / "fetched" / name);
  }

  /// As a new container does, and the one after it that fills the caches.
  void build(const std::string& wanted, const std::string& limit = "1000000") {
    fs::remove_all(root / "pkg");
    fs::create_directories(root / "pkg");
    const std::map<std::string, std::string> environment{
        {"WANTED", wanted},
        {"SHARED_CACHE", (root / "shared").string()},
        {"SHARED_CACHE_LIMIT", limit},
        {"OWN_CACHE", (root / "own").string()},
        {"OWN_CACHE_LIMIT", "1000000"},
        {"FETCHED", (root / "fetched").string()},
        {"BUILDER_ID", std::to_string(::getuid())}};
    renew();
    run(script::dependencies, {"something"}, environment, {});
    const auto built = std::move(output);
    const int result = code;
    run(script::keep, {}, environment, {});
    CHECK(code == 0);
    kept = std::move(output);
    output = built;
    code = result;
  }
  void keep() {
    run(script::keep, {},
        {{"SHARED_CACHE", (root / "shared").string()},
         {"SHARED_CACHE_LIMIT", "1000000"},
         {"OWN_CACHE", (root / "own").string()},
         {"OWN_CACHE_LIMIT", "1000000"},
         {"FETCHED", (root / "fetched").string()}},
        {});
  }
  std::string kept;  // what was said when the caches were filled

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

TEST_CASE("a package that nobody signed does not get into the shared cache") {
  PackageCaches place;
  place.build("optional/optional-1-1-any");
  place.file("fetched/signed/bad-1-1-any.pkg.tar.zst", "genuine\n");
  place.file("fetched/signed/bad-1-1-any.pkg.tar.zst.sig", "forgery\n");
  place.file("fetched/signed/none-1-1-any.pkg.tar.zst", "genuine\n");
  fs::create_symlink("/etc/passwd", place.root / "fetched/signed/link-1-1-any.pkg.tar.zst");
  place.file("fetched/signed/link-1-1-any.pkg.tar.zst.sig", "genuine\n");
  place.file("fetched/signed/odd name", "genuine\n");
  place.keep();
  CHECK(fs::is_empty(place.root / "shared"));
  CHECK_THAT(place.output, ContainsSubstring("3 packages are not kept for other builds"));
}

TEST_CASE("the shared cache is held to its limit, and to what may be in it") {
  PackageCaches place;
  const auto now = fs::file_time_type::clock::now();
  for (const auto* name : {"shared/old-1-1-any.pkg.tar.zst", "shared/odd name", "shared/.new.1",
                           "shared/later-1-1-any.pkg.tar.zst", "shared/new-1-1-any.pkg.tar.zst"})
    place.file(name, std::string(100, 'x'));
  fs::last_write_time(place.root / "shared/old-1-1-any.pkg.tar.zst", now - std::chrono::hours(1));
  // A date that never comes is no reason to stay.
  fs::last_write_time(place.root / "shared/later-1-1-any.pkg.tar.zst",
                      now + std::chrono::hours(24 * 365));
  fs::create_directories(place.root / "shared/sub/directory");
  place.build("signed/signed-1-1-any", "150");
  CHECK(place.code == 0);
  CHECK(place.has("shared/new-1-1-any.pkg.tar.zst"));
  CHECK(place.has(kShared));
  for (const auto* name : {"shared/old-1-1-any.pkg.tar.zst", "shared/later-1-1-any.pkg.tar.zst",
                           "shared/odd name", "shared/.new.1", "shared/sub"})
    CHECK_FALSE(place.has(name));
}

TEST_CASE("thousands of files cost the shared cache's housekeeping no time") {
  PackageCaches place;
  for (int i = 0; i < 20000; ++i)
    std::ofstream(place.root / "shared" / (".new." + std::to_string(i)));
  const auto begin = std::chrono::steady_clock::now();
  place.build("signed/signed-1-1-any");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
  CHECK(std::distance(fs::directory_iterator(place.root / "shared"), {}) == 2);
}

TEST_CASE("what is kept for a target alone goes after a month, or when its date never comes") {
  PackageCaches place;
  const auto now = fs::file_time_type::clock::now();
  const std::map<std::string, int> days = {
      {"packages/old", -40}, {"packages/fresh", -1}, {"packages/later", 400}, {"files/old", -40}};
  for (const auto& [name, age] : days) {
    place.file("own/" + name, "x");
    fs::last_write_time(place.root / "own" / name, now + std::chrono::hours(24 * age));
  }
  place.keep();
  CHECK(place.has("own/packages/fresh"));
  for (const auto* name : {"packages/old", "packages/later", "files/old"})
    CHECK_FALSE(place.has("own/" + std::string(name)));
}
