#include "core/package/package_archive.hpp"

#include <sys/stat.h>

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/programs.hpp"
#include "tests/unit/core/package/sample_package.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using pkgkiln::read_file;
using pkgkiln::TempDir;
using pkgkiln::pacman::PackageArchive;
using pkgkiln::test::run_program;
using pkgkiln::test::SamplePackage;
using Texts = std::vector<std::string>;

namespace {

void write(const fs::path& path, const std::string& content) {
  pkgkiln::write_file_atomically(path, content);
}

std::string shell_list(const fs::path& package) {
  // What repo-add does for its list of files.
  return run_program({"sh", "-c", "bsdtar --exclude='^.*' -tf \"$1\" | LC_ALL=C sort -u", "sh",
                      package.string()})
      .output;
}

std::string joined(const Texts& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

}  // namespace

TEST_CASE("a package file is read, whatever its compression") {
  const TempDir directory;
  SamplePackage sample;
  sample.extension = GENERATE(as<std::string>(), ".pkg.tar", ".pkg.tar.gz", ".pkg.tar.xz",
                              ".pkg.tar.zst", ".pkg.tar.bz2");
  sample.version = "1:2.0+r5-1";
  const auto path = sample.write(directory.path());
  const auto package = PackageArchive::read(path);
  CHECK(package.path == path);
  CHECK(package.name.text() == "sample-1:2.0+r5-1-x86_64" + sample.extension);
  CHECK(package.info.description == "A sample");
  CHECK(package.size == fs::file_size(path));
  CHECK(package.sha256 == pkgkiln::sha256_of_file(path));
  CHECK(package.files == Texts{"usr/", "usr/share/", "usr/share/sample.txt"});
}

TEST_CASE("a package made by makepkg is read as pacman's own tools read it") {
  const TempDir directory;
  write(directory.path() / "PKGBUILD", R"END(pkgname=tiny
pkgver=1.0
pkgrel=1
pkgdesc="A tiny  package"
arch=(x86_64)
license=(MIT)
depends=(sh)
optdepends=('bash: to run it')
options=(!strip !debug)
package() {
  install -Dm644 /dev/null "$pkgdir/usr/share/tiny/$(printf 'n\303\244me')"
  ln -s tiny "$pkgdir/usr/share/link"
}
)END");
  const auto made = pkgkiln::test::run_makepkg(directory.path(), {"--nodeps"});
  INFO(made.output);
  REQUIRE(made.code == 0);
  const auto path = directory.path() / "tiny-1.0-1-x86_64.pkg.tar.gz";
  const auto package = PackageArchive::read(path);
  CHECK(package.info.pkgbase == "tiny");
  CHECK(package.info.description == "A tiny package");
  CHECK(package.info.packager == "A Tester <tester@example.org>");
  CHECK(package.info.optdepends == Texts{"bash: to run it"});
  CHECK(package.info.build_date > 1600000000);
  CHECK(package.files == Texts{"usr/", "usr/share/", "usr/share/link", "usr/share/tiny/",
                               "usr/share/tiny/n\xc3\xa4me"});
}

TEST_CASE("the list of files is the one that repo-add makes") {
  const TempDir directory;
  SamplePackage sample;
  sample.files = {{"usr/", ""},
                  {"usr/b", "1"},
                  {"usr/a", "2"},
                  {"usr/a.b", "3"},
                  {".INSTALL", ""},
                  {"etc/", ""},
                  {"usr/" + std::string(300, 'x'), "4"},
                  {"Z", "5"}};
  const auto path = sample.write(directory.path());
  CHECK(joined(PackageArchive::read(path).files) == shell_list(path));
}

TEST_CASE("the name given counts when the file has another") {
  const TempDir directory;
  const SamplePackage sample;
  const auto path = directory.path() / "incoming";
  fs::rename(sample.write(directory.path()), path);
  CHECK(PackageArchive::read(path, sample.file_name()).name.pkgname == "sample");
  REQUIRE_THROWS_WITH(PackageArchive::read(path), ContainsSubstring("not that of a package file"));
}

TEST_CASE("a package that is cut off or damaged is refused") {
  const TempDir directory;
  SamplePackage sample;
  sample.extension =
      GENERATE(as<std::string>(), ".pkg.tar", ".pkg.tar.gz", ".pkg.tar.xz", ".pkg.tar.zst");
  sample.files.emplace_back("usr/noise", [] {
    std::string noise;
    std::uint32_t state = 1;
    for (int i = 0; i < 100000; ++i)
      noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24U);
    return noise;
  }());
  const auto path = sample.write(directory.path());
  const auto whole = read_file(path);
  CAPTURE(sample.extension);
  for (const auto kept : {whole.size() - (sample.extension == ".pkg.tar" ? 10240 : 4),
                          whole.size() / 2, std::size_t{512}, std::size_t{1}, std::size_t{0}}) {
    CAPTURE(kept);
    write(path, whole.substr(0, kept));
    CHECK_THROWS_AS(PackageArchive::read(path), pkgkiln::Error);
  }
  if (sample.extension == ".pkg.tar.gz" || sample.extension == ".pkg.tar.xz") {
    // These always have a checksum.
    auto flipped = whole;  // in the middle of the noise
    flipped[flipped.size() / 2] ^= 1;
    write(path, flipped);
    CHECK_THROWS_AS(PackageArchive::read(path), pkgkiln::Error);
  }
}

TEST_CASE("entries with hostile names are refused") {
  const TempDir directory;
  SamplePackage sample;
  const auto [name, why] = GENERATE(table<std::string, std::string>(
      {{"/etc/passwd", "is absolute"},
       {"../x", "holds '.', '..'"},
       {"usr/../../x", "holds '.', '..'"},
       {"usr/..", "holds '.', '..'"},
       {"./usr/x", "holds '.', '..'"},
       {"usr//x", "holds '.', '..'"},
       {"usr/a\nb", "control characters"},
       {"usr/\x1b[2J", "control characters"},
       {"%FILES%", "looks like a database field"},
       {"usr/" + std::string(4100, 'x'), "longer than 4096 bytes"}}));
  sample.files = {{name, "x"}};
  const auto path = sample.write(directory.path());
  CAPTURE(name);
  REQUIRE_THROWS_WITH(PackageArchive::read(path), ContainsSubstring(why));
}

TEST_CASE("a package must hold one .PKGINFO that agrees with its name") {
  const TempDir directory;
  const auto path = directory.path() / "sample-1.0-1-any.pkg.tar.gz";
  const std::string info = "pkgname = sample\npkgver = 1.0-1\narch = any\n";
  const auto refused = [&](const std::vector<std::pair<std::string, std::string>>& entries,
                           const std::string& why) {
    pkgkiln::test::write_archive(path, entries);
    REQUIRE_THROWS_WITH(PackageArchive::read(path), ContainsSubstring(why));
  };
  refused({{"usr/", ""}}, "holds no .PKGINFO");
  refused({{".PKGINFO", info}, {".PKGINFO", info}}, "holds .PKGINFO twice");
  refused({{".PKGINFO", "pkgname = other\npkgver = 1.0-1\narch = any\n"}},
          "says that it is other-1.0-1-any");
  refused({{".PKGINFO", "pkgname = sample\npkgver = 1.0-2\narch = any\n"}}, "sample-1.0-2-any");
  refused({{".PKGINFO", "pkgname = sample\npkgver = 1.0-1\narch = x86_64\n"}},
          "sample-1.0-1-x86_64");
  refused({{".PKGINFO", info + "pkgdesc = " + std::string(600'000, 'x')}}, "an entry is longer");
}

TEST_CASE("what isn't a regular file or an archive is refused") {
  const TempDir directory;
  const SamplePackage sample;
  const auto path = directory.path() / sample.file_name();
  CHECK_THROWS_AS(PackageArchive::read(path), pkgkiln::Error);  // isn't there
  fs::create_directory(directory.path() / "other");
  fs::create_symlink(sample.write(directory.path() / "other"), path);
  CHECK_THROWS_AS(PackageArchive::read(path), pkgkiln::Error);
  fs::remove(path);
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  REQUIRE_THROWS_WITH(PackageArchive::read(path), ContainsSubstring("not a regular file"));
  fs::remove(path);
  write(path, "#!/bin/sh\necho no archive\n");
  CHECK_THROWS_AS(PackageArchive::read(path), pkgkiln::Error);
}
