#include "core/repodb/edited_database.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/programs.hpp"
#include "tests/unit/core/package/sample_package.hpp"

using namespace pkgkiln;
using pacman::DatabaseEntry;
using pacman::EditedDatabase;
using pacman::RepositoryDatabase;
using Form = RepositoryDatabase::Form;

namespace {

DatabaseEntry entry(const std::string& pkgname, const std::string& version = "1-1") {
  DatabaseEntry made;
  made.pkgname = pkgname;
  made.version = version;
  made.file_name = pkgname + "-" + version + "-any.pkg.tar.zst";
  made.desc = "%FILENAME%\n" + made.file_name + "\n\n%NAME%\n" + pkgname + "\n\n%VERSION%\n" +
              version + "\n\n";
  made.files = "%FILES%\nusr/" + pkgname + "\n";
  return made;
}

/// The numbers of so many packages, in an order of their own.
std::vector<std::string> names(int count) {
  std::vector<std::string> result;
  for (int i = 0; i < count; ++i) result.push_back("p" + std::to_string(i * 7919 % count));
  return result;
}

RepositoryDatabase database_of(const std::vector<std::string>& pkgnames) {
  RepositoryDatabase database;
  for (const auto& pkgname : pkgnames) database.put(entry(pkgname));
  return database;
}

/// A database on disk.
struct Place {
  TempDir directory;
  std::filesystem::path path = directory.path() / "r.db.tar.gz";

  explicit Place(const RepositoryDatabase& database, Form form = Form::files) {
    database.write(path, form);
  }
  EditedDatabase open() const { return EditedDatabase::open(path).value(); }
  std::string bytes() const { return read_file(path); }
  void replace(EditedDatabase& edited, Form form = Form::files) const {
    const auto beside = directory.path() / "new";
    edited.write(beside, form);
    std::filesystem::rename(beside, path);
  }
};

}  // namespace

TEST_CASE("a database that grew entry by entry has the bytes of one that was written at once") {
  const auto form = GENERATE(Form::db, Form::files);
  const int count = 1000;
  const Place grown(RepositoryDatabase(), form);
  for (int part = 0; part < 10; ++part) {
    auto edited = grown.open();
    for (int i = part; i < count; i += 10) edited.put(entry(names(count)[std::size_t(i)]));
    grown.replace(edited, form);
  }
  const auto whole = database_of(names(count));
  CHECK(pacman::read_pieces(grown.path)->size() > 3);
  CHECK(grown.bytes() == Place(whole, form).bytes());
  const auto read = RepositoryDatabase::read(grown.path);
  REQUIRE(read.entries().size() == count);
  CHECK(read.find("p77")->desc == entry("p77").desc);
}

TEST_CASE("an entry is found and replaced where it is") {
  auto all = database_of(names(500));
  const Place place(all);
  auto edited = place.open();
  for (const std::string pkgname : {"p0", "p250", "p499"}) {
    REQUIRE(edited.find(pkgname) != nullptr);
    CHECK(edited.find(pkgname)->files == entry(pkgname).files);
    edited.put(entry(pkgname, "2-1"));
    all.put(entry(pkgname, "2-1"));
    CHECK(edited.find(pkgname)->version == "2-1");
  }
  for (const auto* absent : {"a", "p", "p2500", "z"}) CHECK(edited.find(absent) == nullptr);
  place.replace(edited);
  CHECK(place.bytes() == Place(all).bytes());
}

TEST_CASE("what is taken out leaves the bytes of a database that never had it") {
  auto all = database_of(names(600));
  const Place place(all);
  const auto pieces = pacman::read_pieces(place.path).value();
  REQUIRE(pieces.size() > 4);
  auto edited = place.open();
  // In the middle, at the beginning of all, and at that of a piece.
  for (const auto& pkgname : {std::string("p250"), pieces[0].first, pieces[2].first}) {
    edited.erase(pkgname);
    all.erase(pkgname);
    CHECK(edited.find(pkgname) == nullptr);
  }
  edited.erase("absent");
  place.replace(edited);
  CHECK(place.bytes() == Place(all).bytes());

  edited = place.open();
  for (const auto& [pkgname, entry] : all.entries()) edited.erase(pkgname);
  place.replace(edited);
  CHECK(place.bytes() == Place(RepositoryDatabase()).bytes());
}

TEST_CASE("what comes before all and after all goes to the ends") {
  auto all = database_of(names(600));
  const Place place(all);
  auto edited = place.open();
  for (const std::string pkgname : {"a", "zz"}) {
    edited.put(entry(pkgname));
    all.put(entry(pkgname));
  }
  place.replace(edited);
  CHECK(place.bytes() == Place(all).bytes());
}

TEST_CASE("a database of another program is not in pieces, what is made of it is") {
  const TempDir directory;
  const auto path = directory.path() / "r.db.tar.gz";
  test::write_archive(path, {{"p1-1-1/desc", entry("p1").desc}});
  CHECK_FALSE(EditedDatabase::open(path));
  EditedDatabase edited(RepositoryDatabase::read(path));
  edited.put(entry("p2"));
  edited.write(path, Form::db);
  CHECK(EditedDatabase::open(path));
  CHECK(read_file(path) == Place(database_of({"p1", "p2"}), Form::db).bytes());
}

TEST_CASE("other programs read a database in pieces") {
  const Place place(database_of(names(800)));
  REQUIRE(pacman::read_pieces(place.path)->size() > 2);
  const auto listed = test::run_program({"bsdtar", "-tf", "r.db.tar.gz"}, place.directory.path());
  CHECK(listed.code == 0);
  CHECK(std::count(listed.output.begin(), listed.output.end(), '\n') == 3 * 800);
  const auto tested = test::run_program({"gzip", "-t", "r.db.tar.gz"}, place.directory.path());
  CHECK(tested.code == 0);
}

TEST_CASE("a database that isn't there is an empty one") {
  const TempDir directory;
  auto edited = EditedDatabase::open(directory.path() / "r.db");
  REQUIRE(edited);
  CHECK(edited->find("p") == nullptr);
  CHECK(edited->holds_the_same_as(EditedDatabase::open(directory.path() / "r.files").value()));
}

TEST_CASE("both forms of a database hold the same packages, or not") {
  const auto all = database_of(names(600));
  const Place db(all, Form::db);
  CHECK(db.open().holds_the_same_as(Place(all).open()));
  auto other = all;
  const auto change = GENERATE(0, 1, 2);
  if (change == 0) other.put(entry("p3", "2-1"));
  if (change == 1) other.erase("p3");
  if (change == 2) other = RepositoryDatabase();
  CHECK_FALSE(db.open().holds_the_same_as(Place(other).open()));
  CHECK_FALSE(Place(other).open().holds_the_same_as(db.open()));
}

TEST_CASE("a damaged database is found out") {
  const Place place(database_of(names(600)));
  const auto whole = place.bytes();
  const auto pieces = pacman::read_pieces(place.path).value();
  SECTION("cut off: it isn't in pieces, and no database") {
    for (const auto size : {whole.size() - 1, std::size_t(pieces[1].offset), std::size_t(10)}) {
      write_file_atomically(place.path, whole.substr(0, size));
      CHECK_FALSE(EditedDatabase::open(place.path));
      CHECK_THROWS_AS(RepositoryDatabase::read(place.path), Error);
    }
  }
  SECTION("a piece is missing, or there twice") {
    const auto cut = whole.substr(0, pieces[1].offset) + whole.substr(pieces[2].offset);
    write_file_atomically(place.path, cut + whole.substr(pieces[1].offset));
    CHECK_FALSE(EditedDatabase::open(place.path));
  }
  SECTION("a piece holds something else than its head says") {
    const Place other(database_of({pieces[0].first}));
    auto mixed = other.bytes();
    const auto first = pacman::read_pieces(other.path).value()[0];
    mixed.replace(20, 16, whole.substr(20, 16));  // the digest
    write_file_atomically(place.path, mixed.substr(0, first.size) + whole.substr(pieces[1].offset));
    auto edited = EditedDatabase::open(place.path);
    REQUIRE(edited);
    CHECK_THROWS_AS(edited->find(pieces[0].first), Error);
    CHECK(edited->find(pieces[1].first) != nullptr);
  }
  SECTION("its bytes are damaged") {
    auto damaged = whole;
    for (std::size_t i = 60; i < 90; ++i) damaged[i] = 'x';
    write_file_atomically(place.path, damaged);
    auto edited = EditedDatabase::open(place.path);
    REQUIRE(edited);
    CHECK_THROWS_AS(edited->find(pieces[0].first), Error);
  }
}
