#include "core/publish/local_repository.hpp"

#include <atomic>
#include <sys/stat.h>
#include <thread>

#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/programs.hpp"
#include "tests/unit/core/publish/place.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using pkgkiln::LocalRepository;
using pkgkiln::read_file;
using pkgkiln::pacman::PackageArchive;
using pkgkiln::pacman::RepositoryDatabase;
using pkgkiln::test::name;
using pkgkiln::test::Place;
using pkgkiln::test::SamplePackage;

namespace {

unsigned int mode_of(const fs::path& path) {
  return static_cast<unsigned int>(fs::status(path).permissions());
}

}  // namespace

TEST_CASE("packages are published and found") {
  Place place;
  auto& repository = place.repository;
  SamplePackage any;
  any.pkgname = "data";
  any.arch = "any";
  const auto first = place.package("foo++", "1:1.0+r1-1");
  const auto second = place.package(any);
  CHECK_FALSE(repository.contains(first.name));

  const auto mask = ::umask(0077);
  repository.publish({first, second});
  ::umask(mask);

  CHECK(place.names() == std::vector<std::string>{".pkgkiln.lock", "data-1.0-1-any.pkg.tar.gz",
                                                  "foo++-1:1.0+r1-1-x86_64.pkg.tar.gz", "r.db",
                                                  "r.db.tar.gz", "r.files", "r.files.tar.gz"});
  CHECK(fs::read_symlink(place.directory / "r.db") == "r.db.tar.gz");
  CHECK(fs::read_symlink(place.directory / "r.files") == "r.files.tar.gz");
  for (const auto* file : {"r.db.tar.gz", "r.files.tar.gz", "data-1.0-1-any.pkg.tar.gz"})
    CHECK(mode_of(place.directory / file) == 0644);
  for (const auto& made : {place.directory, place.directory.parent_path()})
    CHECK(mode_of(made) == 0755);
  CHECK(read_file(place.directory / first.name.text()) == read_file(first.path));

  CHECK(repository.contains(first.name));
  CHECK(repository.contains(second.name));
  CHECK(repository.contains(name("data-1.0-1-any.pkg.tar.zst")));  // any compression
  CHECK_FALSE(repository.contains(name("data-1.0-2-any.pkg.tar.gz")));
  CHECK_FALSE(repository.contains(name("data-1.0-1-x86_64.pkg.tar.gz")));
  CHECK_FALSE(repository.contains(name("foo++-1.0+r1-1-x86_64.pkg.tar.gz")));
  CHECK_FALSE(repository.contains(name("other-1.0-1-any.pkg.tar.gz")));
}

TEST_CASE("what is listed is told with its digest, as it is now") {
  Place place;
  const auto package = place.package("foo", "1:1-1");
  CHECK_FALSE(place.repository.listed(package.name));
  place.repository.publish({package});
  REQUIRE(place.repository.listed(package.name));
  CHECK(place.repository.listed(package.name)->sha256 == package.sha256);
  CHECK_FALSE(place.repository.listed(name("foo-1-1-x86_64.pkg.tar.gz")));
  fs::remove(place.directory / package.name.text());
  CHECK_FALSE(place.repository.listed(package.name));
}

TEST_CASE("many ask while others publish, and none gets a wrong answer", "[concurrent]") {
  Place place;
  const auto there = place.package("there", "1-1");
  place.repository.publish({there});
  std::vector<PackageArchive> others;
  for (int i = 0; i < 5; ++i) others.push_back(place.package("p" + std::to_string(i), "1-1"));
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      for (int question = 0; question < 100; ++question) {
        if (!place.repository.listed(there.name)) ++wrong;
        if (place.repository.listed(name("never-1-1-any.pkg.tar.zst"))) ++wrong;
      }
    });
  for (const auto& other : others) place.repository.publish({other});
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
  for (const auto& other : others) CHECK(place.repository.listed(other.name));
}

TEST_CASE("a package whose file is missing or cut off isn't there") {
  Place place;
  const auto package = place.package("foo", "1-1");
  place.repository.publish({package});
  REQUIRE(place.repository.contains(package.name));
  const auto file = place.directory / package.name.text();
  fs::resize_file(file, package.size - 1);
  CHECK_FALSE(place.repository.contains(package.name));
  fs::remove(file);
  CHECK_FALSE(place.repository.contains(package.name));
  place.repository.publish({place.package("foo", "1-1")});
  CHECK(place.repository.contains(package.name));
}

TEST_CASE("a new version takes the place of the old one") {
  Place place;
  const auto old_one = place.package("foo", "1-1");
  const auto other = place.package("foo-debug", "1-1");
  place.repository.publish({old_one, other});
  REQUIRE(place.repository.contains(old_one.name));  // remembered, and still seen to change
  pkgkiln::write_file_atomically(place.directory / (old_one.name.text() + ".sig"), "x");

  const auto new_one = place.package("foo", "2-1");
  place.repository.publish({new_one});
  CHECK(place.repository.contains(new_one.name));
  CHECK_FALSE(place.repository.contains(old_one.name));
  CHECK(place.repository.contains(other.name));
  CHECK_FALSE(fs::exists(place.directory / old_one.name.text()));
  CHECK_FALSE(fs::exists(place.directory / (old_one.name.text() + ".sig")));
  CHECK(place.database().entries().size() == 2);
}

TEST_CASE("the same again changes nothing") {
  Place place;
  const auto package = place.package("foo", "1-1");
  place.repository.publish({package});
  struct stat before {};
  struct stat after {};
  REQUIRE(::stat((place.directory / "r.db").c_str(), &before) == 0);
  place.repository.publish({package});
  REQUIRE(::stat((place.directory / "r.db").c_str(), &after) == 0);
  CHECK(before.st_ino == after.st_ino);
  CHECK(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
}

TEST_CASE("only packages for the repository's arch are taken, and each name once") {
  Place place;
  SamplePackage sample;
  sample.arch = "aarch64";
  REQUIRE_THROWS_WITH(place.repository.publish({place.package(sample)}),
                      ContainsSubstring("the repository is for x86_64"));
  REQUIRE_THROWS_WITH(
      place.repository.publish({place.package("foo", "1-1"), place.package("foo", "2-1")}),
      ContainsSubstring("two packages of that name"));
  CHECK_FALSE(fs::exists(place.directory));
}

TEST_CASE("a damaged database is an error, not an empty one") {
  Place place;
  const auto package = place.package("foo", "1-1");
  place.repository.publish({package});
  pkgkiln::write_file_atomically(place.directory / "r.db.tar.gz", "rubbish");
  CHECK_THROWS_AS(place.repository.contains(package.name), pkgkiln::Error);
  CHECK_THROWS_AS(place.repository.publish({place.package("bar", "1-1")}), pkgkiln::Error);
  CHECK_THROWS_AS(place.repository.check(), pkgkiln::Error);
  CHECK(read_file(place.directory / "r.db.tar.gz") == "rubbish");
}

TEST_CASE("repo-add and we carry on the same database, in its compression") {
  Place place;
  fs::create_directories(place.directory);
  const auto ending = GENERATE(std::string(".gz"), std::string(".xz"), std::string(".zst"),
                               std::string(".bz2"), std::string());
  const auto archive = "r.db.tar" + ending;
  const auto repo_add = [&](const PackageArchive& package) {
    fs::copy_file(package.path, place.directory / package.name.text());
    const auto added =
        pkgkiln::test::run_program({"repo-add", archive, package.name.text()}, place.directory);
    INFO(added.output);
    REQUIRE(added.code == 0);
  };
  repo_add(place.package("foo", "1-1"));
  CHECK(place.repository.contains(name("foo-1-1-x86_64.pkg.tar.gz")));
  place.repository.publish({place.package("bar", "1-1")});
  repo_add(place.package("baz", "1-1"));
  CHECK(place.repository.publish({place.package("qux", "1-1")}).notices.empty());

  for (const auto* form : {"r.db", "r.files"}) {
    const auto database = RepositoryDatabase::read(place.directory / form);
    CHECK(database.entries().size() == 4);
    CHECK(fs::read_symlink(place.directory / form) == std::string(form) + ".tar" + ending);
  }
  const auto files = RepositoryDatabase::read(place.directory / "r.files");
  CHECK_THAT(files.find("foo")->files, ContainsSubstring("usr/share/sample.txt\n"));
  if (ending != ".gz") {
    CHECK_FALSE(fs::exists(place.directory / "r.db.tar.gz"));
    CHECK_FALSE(fs::exists(place.directory / "r.files.tar.gz"));
  }
  const auto kind = pkgkiln::test::run_program({"bsdtar", "-tf", archive}, place.directory);
  CHECK(kind.code == 0);
  CHECK_THAT(kind.output, ContainsSubstring("bar-1-1/desc"));
}

TEST_CASE("a database beside the one that the link leads to is told of") {
  Place place;
  place.repository.publish({place.package("foo", "1-1")});
  fs::copy_file(place.directory / "r.db.tar.gz", place.directory / "r.db.tar.zst");
  const auto published = place.repository.publish({place.package("bar", "1-1")});
  REQUIRE(published.notices.size() == 1);
  CHECK_THAT(published.notices[0], ContainsSubstring("r.db.tar.zst' is not the database"));
  CHECK(fs::read_symlink(place.directory / "r.db") == "r.db.tar.gz");
}

TEST_CASE("while repo-add has the link away, its database is found all the same") {
  Place place;
  fs::create_directories(place.directory);
  const auto package = place.package("foo", "1-1");
  fs::copy_file(package.path, place.directory / package.name.text());
  REQUIRE(
      pkgkiln::test::run_program({"repo-add", "r.db.tar.zst", package.name.text()}, place.directory)
          .code == 0);
  fs::remove(place.directory / "r.db");
  CHECK(place.repository.contains(package.name));
}

TEST_CASE("one that this program cannot write is refused before anything is done") {
  Place place;
  fs::create_directories(place.directory);
  pkgkiln::write_file_atomically(place.directory / "r.db.tar.lrz", "x");
  fs::create_symlink("r.db.tar.lrz", place.directory / "r.db");
  REQUIRE_THROWS_WITH(place.repository.publish({place.package("foo", "1-1")}),
                      ContainsSubstring("needs another program"));
  CHECK(read_file(place.directory / "r.db.tar.lrz") == "x");
}

TEST_CASE("two publish at the same time, and none is lost", "[concurrent]") {
  Place place;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    auto package = place.package("p" + std::to_string(i), "1-1");
    threads.emplace_back([&place, package] {
      LocalRepository("r", place.root.path() / "repos", "x86_64").publish({package});
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(place.database().entries().size() == 4);
}

TEST_CASE("whether a repository can be written is told before") {
  Place place;
  CHECK_NOTHROW(place.repository.check());
  CHECK_FALSE(fs::exists(place.directory));
  pkgkiln::write_file_atomically(place.root.path() / "repos", "a file");
  REQUIRE_THROWS_WITH(place.repository.check(), ContainsSubstring("is not a directory"));
  REQUIRE_THROWS_WITH(LocalRepository("r", "/proc/repos", "x86_64").check(),
                      ContainsSubstring("/proc"));
}
