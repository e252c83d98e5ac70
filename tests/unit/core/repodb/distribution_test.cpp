#include "core/repodb/distribution.hpp"

#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/programs.hpp"
#include "tests/unit/core/package/sample_package.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using pkgkiln::read_file;
using pkgkiln::TempDir;
using pkgkiln::pacman::Dependency;
using pkgkiln::pacman::Distribution;
using pkgkiln::test::run_program;
using pkgkiln::test::SamplePackage;
using pkgkiln::test::write_database;

namespace {

struct Setup {
  TempDir directory;
  std::vector<fs::path> databases{directory.path() / "core.db", directory.path() / "extra.db"};

  Setup() {
    write_database(databases[0],
                   {{"glibc", "2.40-1", "%GROUPS%\nbase\n\n%PROVIDES%\nlibc.so=6-64\n\n"},
                    {"sudo", "1.9-1", "%REPLACES%\nold-sudo<2\n\n"}});
    write_database(databases[1],
                   {{"mawk", "1-1", "%PROVIDES%\nawk\n\n"},
                    {"gawk", "1:5-1", "%GROUPS%\nbase\nbase-devel\n\n%PROVIDES%\nawk=5\n\n"},
                    {"sudo", "2-1"}});
  }
  Distribution read() const { return Distribution::read("sha256:1", databases); }
};

std::string text(const std::vector<Distribution::Package>& packages) {
  std::string text;
  for (const auto& [pkgname, version, repository] : packages) {
    if (!text.empty()) text += ", ";
    text.append(repository).append("/").append(pkgname).append(" ").append(version);
  }
  return text;
}

std::string providers(const Distribution& distribution, const char* dependency) {
  return text(distribution.providers(Dependency::parse(dependency)));
}

void write(const fs::path& path, const std::string& content) {
  pkgkiln::write_file_atomically(path, content);
}

}  // namespace

TEST_CASE("a distribution knows what satisfies a dependency, and what pacman prefers") {
  const auto distribution = Setup().read();
  CHECK(distribution.image() == "sha256:1");
  CHECK(distribution.find("sudo") == Distribution::Package{"sudo", "1.9-1", "core"});
  CHECK_FALSE(distribution.find("awk"));
  CHECK(providers(distribution, "sudo") == "core/sudo 1.9-1, extra/sudo 2-1");
  CHECK(providers(distribution, "sudo>=2") == "extra/sudo 2-1");
  CHECK(providers(distribution, "sudo>=3").empty());
  CHECK(providers(distribution, "awk") == "extra/mawk 1-1, extra/gawk 1:5-1");
  CHECK(providers(distribution, "awk>=4") == "extra/gawk 1:5-1");
  CHECK(providers(distribution, "libc.so=6-64") == "core/glibc 2.40-1");
  CHECK(providers(distribution, "libc.so=7-64").empty());
  CHECK(text(distribution.members("base")) == "core/glibc 2.40-1, extra/gawk 1:5-1");
  CHECK(text(distribution.replacers("old-sudo")) == "core/sudo 1.9-1");
  CHECK(distribution.replacers("sudo").empty());
}

TEST_CASE("a repository that targets are published to is not the distribution's") {
  const auto distribution = Setup().read().without({"core"});
  CHECK_FALSE(distribution.find("glibc"));
  CHECK(distribution.find("sudo")->repository == "extra");
  CHECK(providers(distribution, "libc.so").empty());
}

TEST_CASE("a distribution is kept, and never believed when it is not whole") {
  const Setup setup;
  const auto kept = setup.directory.path() / "distribution";
  CHECK_FALSE(Distribution::load(kept));
  setup.read().save(kept);
  const auto again = Distribution::load(kept);
  REQUIRE(again);
  CHECK(again->image() == "sha256:1");
  CHECK(providers(*again, "awk>=4") == "extra/gawk 1:5-1");
  const auto whole = read_file(kept);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write(kept, whole.substr(0, size));
    CHECK_FALSE(Distribution::load(kept));
  }
  for (const auto* line : {"package", "package a", "package ../a 1-1", "package a 1 1", "provides ",
                           "provides a b", "sells a", "repository ", "package a 1\x01"}) {
    write(kept, "pkgkiln-distribution 1 sha256:1\nrepository r\npackage b 1-1\n" +
                    std::string(line) + "\nend\n");
    CAPTURE(line);
    CHECK_FALSE(Distribution::load(kept));
  }
  write(kept, "pkgkiln-distribution 2 sha256:1\nend\n");
  CHECK_FALSE(Distribution::load(kept));
}

TEST_CASE("what no database should say is left out, and what is no database refused") {
  const Setup setup;
  write_database(
      setup.databases[0],
      {{"-rf", "1-1"},
       {"blank", "1 1"},
       {"fine", "1-1", "%PROVIDES%\na b\nc\x01\n" + std::string(2000, 'x') + "\nd\n\n"}});
  const auto distribution = setup.read();
  CHECK_FALSE(distribution.find("-rf"));
  CHECK_FALSE(distribution.find("blank"));
  CHECK(providers(distribution, "fine") == "core/fine 1-1");
  CHECK(providers(distribution, "d") == "core/fine 1-1");
  CHECK(providers(distribution, "c").empty());
  write(setup.databases[1], "<html>");
  CHECK_THROWS_WITH(setup.read(), ContainsSubstring("cannot read the repository 'extra'"));
}

TEST_CASE("a distribution is read from databases of repo-add in every compression") {
  for (const auto* ending : {"", ".gz", ".xz", ".bz2", ".zst"}) {
    CAPTURE(ending);
    const TempDir directory;
    SamplePackage sample;
    sample.more_info = "group = g\nreplaces = old\nprovides = p=1\nprovides = libp.so=1-64\n";
    const auto file = sample.write(directory.path()).filename().string();
    const auto database = "r.db.tar" + std::string(ending);
    const auto added = run_program({"repo-add", database, file}, directory.path());
    INFO(added.output);
    REQUIRE(added.code == 0);
    const auto path = directory.path() / "distro.db";
    fs::copy_file(directory.path() / database, path);
    const auto distribution = Distribution::read("i", {path});
    CHECK(providers(distribution, "libp.so=1-64") == "distro/sample 1.0-1");
    CHECK(providers(distribution, "p>=2").empty());
    CHECK(text(distribution.members("g")) == "distro/sample 1.0-1");
    CHECK(text(distribution.replacers("old")) == "distro/sample 1.0-1");
  }
}
