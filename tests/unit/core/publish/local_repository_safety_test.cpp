#include <algorithm>
#include <fstream>

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "core/publish/local_repository.hpp"
#include "core/repodb/database_pieces.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/programs.hpp"
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
  CHECK_THROWS_WITH(place.repository.publish({next}), ContainsSubstring("the new database in"));
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

namespace {

/// What repo-add would make of it.
void put_there(const Place& place, const pkgkiln::pacman::PackageArchive& package) {
  fs::create_directories(place.directory);
  fs::copy_file(package.path, place.directory / package.name.text());
  const auto added =
      pkgkiln::test::run_program({"repo-add", "r.db.tar.gz", package.name.text()}, place.directory);
  INFO(added.output);
  REQUIRE(added.code == 0);
}

}  // namespace

TEST_CASE("a newer version gives way only to force, and only if it is ours") {
  Place place;
  const auto newer = place.package("foo", "2-1");
  const auto older = place.package("foo", "1:1-1");
  const auto oldest = place.package("foo", "1-1");
  put_there(place, newer);
  pkgkiln::Terms terms;
  CHECK_THROWS_AS(place.repository.publish({oldest}, terms), pkgkiln::Unpublishable);
  terms.forced = true;
  CHECK_THROWS_AS(place.repository.publish({oldest}, terms), pkgkiln::Unpublishable);
  terms.forced = false;
  terms.made = [&](const std::string& file_name) {
    return file_name == newer.name.text() ? std::vector{newer.sha256} : std::vector<std::string>();
  };
  CHECK_THROWS_AS(place.repository.publish({place.package("bar", "1-1"), oldest}, terms),
                  pkgkiln::Unpublishable);
  CHECK_FALSE(fs::exists(place.directory / "bar-1-1-x86_64.pkg.tar.gz"));
  CHECK(place.repository.contains(newer.name));
  SECTION("forced") {
    terms.forced = true;
    CHECK(place.repository.publish({oldest}, terms).removed.size() == 1);
    CHECK_FALSE(fs::exists(place.directory / newer.name.text()));
    CHECK(place.database().find("foo")->version == "1-1");
  }
  SECTION("an epoch makes it newer") {
    CHECK(place.repository.publish({older}, terms).removed.size() == 1);
    CHECK(place.database().find("foo")->version == "1:1-1");
  }
}

TEST_CASE("what somebody else put there goes only when it is superseded, and that is told") {
  Place place;
  SamplePackage sample;
  sample.pkgname = "foo";
  sample.version = "1-1";
  sample.extension = ".pkg.tar.xz";
  const auto theirs = place.package(sample);
  put_there(place, theirs);
  pkgkiln::write_file_atomically(place.directory / (theirs.name.text() + ".sig"), "x");
  SECTION("by a newer version") {
    const auto published = place.repository.publish({place.package("foo", "1-2")});
    REQUIRE(published.notices.size() == 1);
    CHECK_THAT(published.notices[0], ContainsSubstring("somebody else had put there"));
    CHECK(published.removed.empty());
    CHECK_FALSE(fs::exists(place.directory / theirs.name.text()));
    CHECK_FALSE(fs::exists(place.directory / (theirs.name.text() + ".sig")));
  }
  SECTION("not by the same version in another file") {
    const auto published = place.repository.publish({place.package("foo", "1-1")});
    REQUIRE(published.notices.size() == 1);
    CHECK_THAT(published.notices[0], ContainsSubstring("stays in"));
    CHECK(fs::exists(place.directory / theirs.name.text()));
    CHECK(place.database().find("foo")->file_name == "foo-1-1-x86_64.pkg.tar.gz");
  }
}

TEST_CASE("an odd entry of somebody else stops no publication, and stays") {
  Place place;
  fs::create_directories(place.directory);
  const std::string odd = "%NAME%\nodd\n\n%VERSION%\n2-1\n\n%FILENAME%\nodd.zip\n\n";
  pkgkiln::test::write_archive(place.directory / "r.db.tar.gz",
                               {{"odd-2-1/", ""}, {"odd-2-1/desc", odd}});
  fs::create_symlink("r.db.tar.gz", place.directory / "r.db");
  CHECK_FALSE(place.repository.contains(name("odd-2-1-any.pkg.tar.gz")));
  CHECK_NOTHROW(place.repository.check());
  for (const std::string pkgname : {"foo", "zoo"})
    place.repository.publish({place.package(pkgname, "1-1")});
  for (const auto* form : {"r.db", "r.files"}) {
    const auto database = RepositoryDatabase::read(place.directory / form);
    CHECK(database.entries().size() == 2);
    REQUIRE(database.odd_entries().count("odd-2-1") == 1);
    CHECK(database.odd_entries().at("odd-2-1").desc == odd);
  }
  // Its version counts all the same.
  CHECK_THROWS_AS(place.repository.publish({place.package("odd", "1-1")}), pkgkiln::Unpublishable);
  place.repository.publish({place.package("odd", "3-1")});
  CHECK(place.database().odd_entries().empty());
  CHECK(place.database().entries().size() == 3);
}

TEST_CASE("a long entry of somebody else stops no publication, and stays") {
  Place place;
  fs::create_directories(place.directory);
  std::string theirs = "%FILENAME%\nlong-2-1-any.pkg.tar.gz\n\n%NAME%\nlong\n\n%VERSION%\n2-1\n\n";
  theirs += "%DEPENDS%\n";
  for (int i = 0; i < 200'000; ++i) theirs += "library" + std::to_string(i) + '\n';
  theirs += '\n';
  REQUIRE(theirs.size() > std::size_t{2} << 20U);
  pkgkiln::test::write_archive(place.directory / "r.db.tar.gz",
                               {{"long-2-1/", ""}, {"long-2-1/desc", theirs}});
  fs::create_symlink("r.db.tar.gz", place.directory / "r.db");
  for (const std::string pkgname : {"foo", "zoo"})
    place.repository.publish({place.package(pkgname, "1-1")});
  CHECK(place.database().entries().size() == 3);
  CHECK(place.database().find("long")->desc == theirs);
}

TEST_CASE("what a killed run left of an old version is known, and nothing else that lies there") {
  Place place;
  const auto old_one = place.package("foo", "1-1");
  const auto other = place.package("other", "1-1");
  place.repository.publish({old_one, other});
  const auto new_one = place.package("foo", "2-1");
  place.repository.publish({new_one});
  // Killed before it came to that; beside it what somebody keeps there.
  fs::copy_file(old_one.path, place.directory / old_one.name.text());
  pkgkiln::write_file_atomically(place.directory / (old_one.name.text() + ".sig"), "x");
  for (const auto* kept : {"foo-0-1-x86_64.pkg.tar.gz", "other-0-1-x86_64.pkg.tar.gz",
                           "without-entry-1-1-any.pkg.tar.gz"})
    pkgkiln::write_file_atomically(place.directory / kept, "kept");
  pkgkiln::Terms terms;
  terms.made = [&](const std::string& file_name) {
    if (file_name == "foo-0-1-x86_64.pkg.tar.gz") return std::vector<std::string>{"of another one"};
    if (file_name == "without-entry-1-1-any.pkg.tar.gz")
      return std::vector{pkgkiln::sha256_of("kept")};
    return file_name == old_one.name.text() ? std::vector{old_one.sha256}
                                            : std::vector<std::string>();
  };
  SECTION("by the next publication, which has nothing else to do") {
    CHECK(place.repository.publish({other}, terms).removed.empty());
    CHECK(place.repository.publish({new_one}, terms).removed.size() == 1);
  }
  SECTION("by who asks for leftovers") {
    const auto removable = place.repository.leftovers(terms.made, {});
    REQUIRE(removable.size() == 1);
    CHECK(removable[0].bytes == old_one.size);
    CHECK(fs::exists(place.directory / old_one.name.text()));
    removable[0].remove();
  }
  CHECK_FALSE(fs::exists(place.directory / old_one.name.text()));
  CHECK_FALSE(fs::exists(place.directory / (old_one.name.text() + ".sig")));
  CHECK(place.repository.contains(new_one.name));
  for (const auto* kept : {"foo-0-1-x86_64.pkg.tar.gz", "other-0-1-x86_64.pkg.tar.gz",
                           "without-entry-1-1-any.pkg.tar.gz"})
    CHECK(fs::exists(place.directory / kept));
}

TEST_CASE("a package is taken out only as long as it is that very one") {
  Place place;
  const auto docs = place.package("foo-docs", "1-1");
  place.repository.publish({place.package("foo", "1-1"), docs});
  const pkgkiln::OwnFile file{docs.name.text(), docs.sha256};
  place.repository.withdraw({file.file_name, "of another one"});
  place.repository.withdraw({"foo-docs-2-1-x86_64.pkg.tar.gz", docs.sha256});
  REQUIRE(place.repository.contains(docs.name));
  place.repository.withdraw(file);
  for (const auto* form : {"r.db", "r.files"})
    CHECK(RepositoryDatabase::read(place.directory / form).entries().size() == 1);
  CHECK_FALSE(fs::exists(place.directory / docs.name.text()));
  CHECK_NOTHROW(place.repository.withdraw(file));

  // Killed before the file went.
  fs::copy_file(docs.path, place.directory / docs.name.text());
  const auto nothing = [](const std::string&) { return std::vector<std::string>(); };
  CHECK(place.repository.leftovers(nothing, {}).empty());
  const auto removable = place.repository.leftovers(nothing, {file});
  REQUIRE(removable.size() == 1);
  removable[0].remove();
  CHECK_FALSE(fs::exists(place.directory / docs.name.text()));
}
