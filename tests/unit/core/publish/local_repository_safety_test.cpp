#include <algorithm>
#include <fstream>

#include "core/base/file.hpp"
#include "core/pacman/database_pieces.hpp"
#include "core/publish/local_repository.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/publish/place.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using pkgkiln::read_file;
using pkgkiln::pacman::RepositoryDatabase;
using pkgkiln::test::name;
using pkgkiln::test::Place;
using pkgkiln::test::SamplePackage;

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

TEST_CASE("a database that can't be read to its end never takes the place of one") {
  Place place;
  std::vector<pkgkiln::pacman::PackageArchive> many;
  for (int i = 0; i < 300; ++i) many.push_back(place.package("p" + std::to_string(i), "1-1"));
  place.repository.publish(many);
  const auto archive = place.directory / "r.files.tar.gz";
  const auto pieces = pkgkiln::pacman::read_pieces(archive).value();
  REQUIRE(pieces.size() > 2);
  // Damage where the next publication does not look.
  auto bytes = read_file(archive);
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(pieces[1].offset + 200), 64, '\xff');
  pkgkiln::write_file_atomically(archive, bytes);
  const auto db = read_file(place.directory / "r.db.tar.gz");

  const auto next = place.package(many.front().name.pkgname, "2-1");
  REQUIRE(next.name.pkgname < pieces[1].first);
  CHECK_THROWS_WITH(place.repository.publish({next}),
                    ContainsSubstring("the new database in"));
  CHECK(read_file(archive) == bytes);
  CHECK(read_file(place.directory / "r.db.tar.gz") == db);
  CHECK_FALSE(fs::exists(place.directory / next.name.text()));
}

TEST_CASE("publishing stops when asked to, and leaves nothing") {
  const pkgkiln::Cancellation cancel;
  Place place;
  pkgkiln::LocalRepository repository("r", place.root.path() / "other", "x86_64", cancel);
  const auto package = place.package("foo", "1-1");
  auto asking = cancel;
  asking.request(15);
  CHECK_THROWS_AS(repository.publish({package}), pkgkiln::Cancelled);
  CHECK_FALSE(fs::exists(repository.directory() / package.name.text()));
  CHECK_FALSE(fs::exists(repository.directory() / "r.db"));
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
  CHECK((fs::status(published).permissions() & fs::perms::mask) == static_cast<fs::perms>(0644));
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
