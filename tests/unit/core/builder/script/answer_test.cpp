// What bootstrap.sh adds to makepkg, in the real one.
#include <filesystem>

#include "core/base/file.hpp"
#include "core/builder/script/script.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/programs.hpp"

using namespace pkgkiln;
namespace fs = std::filesystem;

namespace {

const std::string kPlain =
    "pkgname=foo\npkgver=1\npkgrel=1\narch=(any)\npackage() {\n  depends=(bar)\n}\n";
const std::string kSrcinfo =
    "pkgbase = foo\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\n\npkgname = foo\n\tdepends = bar\n";

/// A makepkg with what bootstrap.sh adds to it.
struct Makepkg {
  TempDir directory;
  fs::path library = directory.path() / "library";

  Makepkg() {
    fs::permissions(directory.path(), fs::perms::others_read | fs::perms::others_exec,
                    fs::perm_options::add);
    fs::copy("/usr/share/makepkg", library,
             fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    const std::string script = script::bootstrap;
    const std::string begin = "<<'CHECKS'\n";
    const auto from = script.find(begin) + begin.size();
    write_file_atomically(library / "lint_pkgbuild/zz-pkgkiln.sh",
                          script.substr(from, script.find("\nCHECKS\n", from) + 1 - from), 0644);
  }

  /// Its standard output, and what it says on standard error in `said`.
  test::Ran run(const std::string& pkgbuild, const std::string& option, std::string& said,
                const std::string& checked = {}, const std::string& pkgrel = {},
                const std::string& more = {}) const {
    const auto place = directory.path() / "startdir";
    fs::create_directories(place);
    write_file_atomically(place / "PKGBUILD", pkgbuild, 0666);
    // Without a program of the host's own between, which could set what it wants.
    write_file_atomically(place / "run",
                          "export LIBRARY='" + library.string() + "' MAKEPKG_LIBRARY='" +
                              library.string() + "' PKGKILN_ASKED=1 PKGKILN_CHECKED=" + checked +
                              " PKGKILN_PKGREL=" + pkgrel + " " + more +
                              "\nexec makepkg \"$@\" 2>said\n",
                          0644);
    auto ran = test::run_as_builder(place, {"bash", "./run", option});
    said = read_file(place / "said");
    return ran;
  }
};

}  // namespace

TEST_CASE("what a PKGBUILD prints while it is read is no part of makepkg's answer") {
  const Makepkg makepkg;
  const std::string loud = "echo 'pkgbase = loud'\nprintf 'no end'\n(echo below)\n" + kPlain;
  const auto* checked = GENERATE("", "1");
  std::string said;
  const auto srcinfo = makepkg.run(loud, "--printsrcinfo", said, checked);
  CHECK(srcinfo.code == 0);
  CHECK(srcinfo.output == "pkgkiln-answer\n" + kSrcinfo);
  CHECK_THAT(said, Catch::Matchers::ContainsSubstring("pkgbase = loud\nno endbelow\n"));
  const auto list = makepkg.run(loud, "--packagelist", said, checked);
  CHECK(list.code == 0);
  CHECK(list.output.starts_with("pkgkiln-answer\n/"));
  CHECK_THAT(list.output, Catch::Matchers::ContainsSubstring("/foo-1-1-any.pkg.tar"));
}

TEST_CASE("the answer says whether there is a pkgver(), however it came to be") {
  const Makepkg makepkg;
  std::string said;
  const auto* how = GENERATE("pkgver() { echo 2; }\n", "eval 'pkgver() { :; }'\n");
  CHECK(makepkg.run(kPlain + how, "--printsrcinfo", said).output ==
        "pkgkiln-answer pkgver\n" + kSrcinfo);
}

TEST_CASE("there is no answer when the PKGBUILD ends makepkg") {
  const Makepkg makepkg;
  std::string said;
  const auto* how = GENERATE("echo out\nexit 0\n", "exec true\n");
  const auto ran = makepkg.run(how + kPlain, "--printsrcinfo", said);
  CHECK(ran.code == 0);
  CHECK(ran.output.empty());
}

TEST_CASE("a PKGBUILD is read with the pkgrel that it is given, and what it makes of it follows") {
  const Makepkg makepkg;
  std::string said;
  const auto* line = GENERATE("pkgrel=1", "pkgrel='1'", "pkgrel=\"1.1\"", "pkgrel=1  # raise it");
  auto pkgbuild = kPlain + "provides=(bar=$pkgver-$pkgrel)\n";
  pkgbuild.replace(pkgbuild.find("pkgrel=1"), 8, line);
  const auto* checked = GENERATE("", "1");
  const auto ran = makepkg.run(pkgbuild, "--printsrcinfo", said, checked, "1.2");
  CHECK(ran.code == 0);
  CHECK_THAT(ran.output, Catch::Matchers::ContainsSubstring("pkgrel = 1.2\n"));
  CHECK_THAT(ran.output, Catch::Matchers::ContainsSubstring("provides = bar=1-1.2\n"));
  pkgbuild.replace(pkgbuild.find(line), std::string(line).size(), "pkgrel=1.2");
  CHECK(read_file(makepkg.directory.path() / "startdir/PKGBUILD") == pkgbuild);
}

TEST_CASE("a PKGBUILD without one plain line of pkgrel is not read with another, and left alone") {
  const Makepkg makepkg;
  std::string said;
  const auto* line = GENERATE("pkgrel=$((1))", "pkgrel=1#a", " pkgrel=1",
                              "pkgrel=1; :", "pkgrel=1\npkgrel=2", "pkgrel='1", "eval pkgrel=1");
  auto pkgbuild = kPlain;
  pkgbuild.replace(pkgbuild.find("pkgrel=1"), 8, line);
  const auto ran = makepkg.run(pkgbuild, "--printsrcinfo", said, {}, "1.2");
  CHECK(ran.code == 12);
  CHECK_THAT(said, Catch::Matchers::ContainsSubstring("It can't be built as pkgrel 1.2"));
  CHECK(read_file(makepkg.directory.path() / "startdir/PKGBUILD") == pkgbuild);
}

TEST_CASE("packages are of a level of x86_64, and their PKGBUILD sees x86_64") {
  const Makepkg makepkg;
  std::string said;
  const auto list = [&](const std::string& arch) {
    return makepkg
        .run("pkgname=(foo bar)\npkgver=1.$CARCH\npkgrel=1\narch=(" + arch +
                 ")\npackage_foo() { :; }\npackage_bar() {\n  arch=(any)\n}\n",
             "--packagelist", said, {}, {}, "CARCH=x86_64 PKGKILN_ARCH=x86_64_v3")
        .output;
  };
  CHECK_THAT(list("x86_64"), Catch::Matchers::ContainsSubstring("/foo-1.x86_64-1-x86_64_v3.pkg"));
  CHECK_THAT(list("x86_64"), Catch::Matchers::ContainsSubstring("/bar-1.x86_64-1-any.pkg"));
  CHECK_THAT(list("any"), Catch::Matchers::ContainsSubstring("/foo-1.x86_64-1-any.pkg"));
}
