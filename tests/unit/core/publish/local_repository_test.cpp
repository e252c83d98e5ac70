#include "core/publish/local_repository.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/tar_listing.hpp"
#include "tests/unit/core/pacman/programs.hpp"
#include "tests/unit/core/pacman/sample_package.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using pkgkiln::LocalRepository;
using pkgkiln::read_file;
using pkgkiln::pacman::PackageArchive;
using pkgkiln::pacman::PackageFileName;
using pkgkiln::pacman::RepositoryDatabase;
using pkgkiln::test::SamplePackage;

namespace {

/// A repository, and a spool that packages are published from.
struct Place {
  pkgkiln::TempDir root;
  fs::path spool = root.path() / "spool";
  LocalRepository repository{"r", root.path() / "repos", "x86_64"};
  fs::path directory = repository.directory();

  Place() { fs::create_directory(spool); }

  PackageArchive package(const SamplePackage& sample) const {
    return PackageArchive::read(sample.write(spool));
  }
  PackageArchive package(const std::string& pkgname, const std::string& version) const {
    SamplePackage sample;
    sample.pkgname = pkgname;
    sample.version = version;
    return package(sample);
  }
  RepositoryDatabase database() const { return RepositoryDatabase::read(directory / "r.db"); }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(directory))
      found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
  }
};

unsigned int mode_of(const fs::path& path) {
  return static_cast<unsigned int>(fs::status(path).permissions());
}

PackageFileName name(const std::string& text) {
  return PackageFileName::parse(text).value();
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
  place.repository.publish({package});
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

TEST_CASE("a file name with other content is never overwritten, and nothing of its set appears") {
  Place place;
  const auto package = place.package("foo", "1-1");
  place.repository.publish({package});
  const auto content = read_file(place.directory / package.name.text());

  SamplePackage changed;
  changed.pkgname = "foo";
  changed.version = "1-1";
  changed.files = {{"usr/", ""}, {"usr/other", "other content"}};
  const auto rebuilt = place.package(changed);
  const auto companion = place.package("bar", "1-1");
  CHECK_THROWS_AS(place.repository.publish({companion, rebuilt}), pkgkiln::Unpublishable);
  CHECK(read_file(place.directory / package.name.text()) == content);
  CHECK_FALSE(fs::exists(place.directory / companion.name.text()));
  CHECK_FALSE(place.repository.contains(companion.name));
  CHECK(place.repository.contains(package.name));
}

TEST_CASE("a package that changed after it was checked isn't published") {
  Place place;
  const auto good = place.package("bar", "1-1");
  const auto package = place.package("foo", "1-1");
  auto content = read_file(package.path);
  content.back() ^= 1;
  pkgkiln::write_file_atomically(package.path, content);
  REQUIRE_THROWS_WITH(place.repository.publish({good, package}), ContainsSubstring("has changed"));
  CHECK(place.names() == std::vector<std::string>{".pkgkiln.lock"});
}

TEST_CASE("a package whose file has another stamp is only taken for what it was if it still is") {
  Place place;
  auto package = place.package("foo", "1-1");
  package.stamp = pkgkiln::stamp_of(package.path);
  SECTION("touched") {
    --package.stamp->seconds;
  }
  SECTION("changed") {
    auto content = read_file(package.path);
    content.back() ^= 1;
    std::ofstream(package.path, std::ios::binary) << content;
    --package.stamp->seconds;
    REQUIRE_THROWS_WITH(place.repository.publish({package}), ContainsSubstring("has changed"));
    return;
  }
  place.repository.publish({package});
  CHECK(place.repository.contains(package.name));
}

TEST_CASE("a package on the same file system is published under a second name, readable for all") {
  Place place;
  const auto package = place.package("foo", "1-1");
  fs::permissions(package.path, fs::perms::owner_read | fs::perms::owner_write);
  place.repository.publish({package});
  const auto published = place.directory / package.name.text();
  CHECK(fs::equivalent(published, package.path));
  CHECK(mode_of(published) == 0644);
}

TEST_CASE("a repository whose two databases differ is made whole again") {
  Place place;
  const auto first = place.package("first", "1-1");
  place.repository.publish({first, place.package("second", "1-1")});
  const auto change = GENERATE(0, 1);
  if (change == 0) fs::remove(place.directory / "r.files.tar.gz");
  if (change == 1) {  // one that lacks an entry and has one too many
    auto files = RepositoryDatabase::read(place.directory / "r.files");
    files.erase("first");
    files.put(pkgkiln::pacman::DatabaseEntry::of(place.package("never", "1-1")));
    files.write(place.directory / "r.files.tar.gz", RepositoryDatabase::Form::files);
  }
  place.repository.publish({place.package("third", "1-1")});
  const auto files = RepositoryDatabase::read(place.directory / "r.files");
  CHECK(files.entries().size() == 3);
  REQUIRE(files.find("first") != nullptr);
  CHECK(files.find("first")->desc == place.database().find("first")->desc);
  CHECK_THAT(files.find("third")->files, ContainsSubstring("usr/share/sample.txt\n"));
  CHECK(files.find("second")->files.empty() == (change == 0));
}

TEST_CASE("the file of another package stays, though the replaced entry named it") {
  Place place;
  const auto other = place.package("other", "1-1");
  place.repository.publish({place.package("foo", "1-1"), other});
  auto database = place.database();
  auto entry = *database.find("foo");
  entry.desc.replace(entry.desc.find("foo-1-1-x86_64"), 14, "other-1-1-x86_64");
  database.put(entry);
  database.write(place.directory / "r.db.tar.gz", RepositoryDatabase::Form::db);
  REQUIRE(place.database().find("foo")->file_name == other.name.text());
  place.repository.publish({place.package("foo", "2-1")});
  CHECK(place.repository.contains(other.name));
}

TEST_CASE("nothing stays of a set whose database couldn't be written") {
  Place place;
  // A directory in the place of the database: renaming over it fails.
  fs::create_directories(place.directory / "r.files.tar.gz");
  pkgkiln::write_file_atomically(place.directory / "r.files.tar.gz" / "x", "");
  fs::create_symlink("nowhere", place.directory / "r.files");
  const auto package = place.package("foo", "1-1");
  CHECK_THROWS_AS(place.repository.publish({package}), pkgkiln::Error);
  CHECK_FALSE(fs::exists(place.directory / package.name.text()));
  fs::remove_all(place.directory / "r.files.tar.gz");
  place.repository.publish({package});
  CHECK(place.repository.contains(package.name));
}

TEST_CASE("what a killed run left behind is cleared away, and its files are taken on") {
  Place place;
  const auto package = place.package("foo", "1-1");
  fs::create_directories(place.directory);
  pkgkiln::write_file_atomically(place.directory / ".pkgkiln-AbCdEf", "half a file");
  pkgkiln::write_file_atomically(place.directory / "r.db.tar.gz.lck", "1 pkgkiln\n");
  fs::create_symlink("r.db.tar.gz", place.directory / ".pkgkiln-r.db");
  fs::copy_file(package.path, place.directory / package.name.text());
  place.repository.publish({package});
  CHECK(place.repository.contains(package.name));
  CHECK(place.names() == std::vector<std::string>{".pkgkiln.lock", "foo-1-1-x86_64.pkg.tar.gz",
                                                  "r.db", "r.db.tar.gz", "r.files",
                                                  "r.files.tar.gz"});
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

TEST_CASE("a repository of repo-add is carried on, whatever its compression") {
  Place place;
  fs::create_directories(place.directory);
  const auto package = place.package("foo", "1-1");
  fs::copy_file(package.path, place.directory / package.name.text());
  const auto extension = GENERATE(as<std::string>(), ".gz", ".xz", ".zst");
  const auto added = pkgkiln::test::run_program(
      {"repo-add", "r.db.tar" + extension, package.name.text()}, place.directory);
  INFO(added.output);
  REQUIRE(added.code == 0);
  CHECK(place.repository.contains(package.name));
  place.repository.publish({place.package("bar", "1-1")});
  CHECK(place.repository.contains(package.name));
  CHECK(place.repository.contains(name("bar-1-1-x86_64.pkg.tar.gz")));
  const auto files = RepositoryDatabase::read(place.directory / "r.files");
  CHECK_THAT(files.find("foo")->files, ContainsSubstring("usr/share/sample.txt\n"));
}

TEST_CASE("packages are offered with a database of just them") {
  Place place;
  CHECK_FALSE(place.repository.offer({"app"}));  // and there is no repository yet
  SamplePackage app;
  app.pkgname = "app";
  app.more_info = "depend = lib>=1\n";
  const auto lib = place.package("lib", "1:1-1");
  place.repository.publish({place.package(app), lib, place.package("other", "1-1")});
  CHECK_FALSE(place.repository.offer({"glibc"}));

  const auto offer = place.repository.offer({"app", "glibc"});
  REQUIRE(offer);
  CHECK(offer->section == "r");
  CHECK(offer->url.empty());
  std::string tar;
  offer->files([&](std::string_view bytes) { tar += bytes; }, pkgkiln::Cancellation::never());
  const auto entries = pkgkiln::test::list_tar(tar);
  std::vector<std::string> found;
  for (const auto& [entry, what] : entries) {
    found.push_back(entry);
    CHECK(what.uid == 0);
    CHECK(what.gid == 0);
  }
  const std::string top = "pkgkiln-repository/";
  CHECK(found == std::vector<std::string>{top, top + "app-1.0-1-x86_64.pkg.tar.gz",
                                          top + "lib-1:1-1-x86_64.pkg.tar.gz", top + "r.db"});
  CHECK(entries.at(top + lib.name.text()).content == read_file(lib.path));
  CHECK(entries.at(top + lib.name.text()).mode == 0644);
  pkgkiln::write_file_atomically(place.spool / "r.db", entries.at(top + "r.db").content);
  const auto database = RepositoryDatabase::read(place.spool / "r.db");
  CHECK(database.entries().size() == 2);
  CHECK(database.find("lib")->sha256 == lib.sha256);
}

TEST_CASE("a package whose file is missing or cut off is not offered") {
  Place place;
  const auto package = place.package("foo", "1-1");
  place.repository.publish({package, place.package("bar", "1-1")});
  fs::resize_file(place.directory / package.name.text(), package.size - 1);
  CHECK_FALSE(place.repository.offer({"foo"}));
  REQUIRE(place.repository.offer({"foo", "bar"}));
  std::string tar;
  place.repository.offer({"foo", "bar"})
      ->files([&](std::string_view bytes) { tar += bytes; }, pkgkiln::Cancellation::never());
  CHECK(pkgkiln::test::list_tar(tar).size() == 3);
}

TEST_CASE("what is offered stays until it was taken, whatever is published beside",
          "[concurrent]") {
  Place place;
  const auto first = place.package("foo", "1-1");
  const auto second = place.package("foo", "2-1");
  place.repository.publish({first});
  auto offer = place.repository.offer({"foo"});
  std::thread other([&] { place.repository.publish({second}); });
  std::string tar;
  offer->files([&](std::string_view bytes) { tar += bytes; }, pkgkiln::Cancellation::never());
  CHECK(fs::exists(place.directory / first.name.text()));
  offer.reset();
  other.join();
  CHECK(pkgkiln::test::list_tar(tar).count("pkgkiln-repository/" + first.name.text()) == 1);
  CHECK_FALSE(fs::exists(place.directory / first.name.text()));
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
