#include "core/repodb/repository_database.hpp"

#include "core/base/file.hpp"
#include "core/repodb/edited_database.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/programs.hpp"
#include "tests/unit/core/package/sample_package.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using pkgkiln::read_file;
using pkgkiln::TempDir;
using pkgkiln::pacman::DatabaseEntry;
using pkgkiln::pacman::PackageArchive;
using pkgkiln::pacman::RepositoryDatabase;
using pkgkiln::test::run_program;
using pkgkiln::test::SamplePackage;
using pkgkiln::test::write_archive;
using Form = RepositoryDatabase::Form;

namespace {

DatabaseEntry entry_of(const TempDir& directory, const SamplePackage& sample) {
  return DatabaseEntry::of(PackageArchive::read(sample.write(directory.path())));
}

SamplePackage rich_sample(const std::string& pkgname = "sample") {
  SamplePackage sample;
  sample.pkgname = pkgname;
  sample.version = "1:2.0+r1-1";
  sample.more_info =
      "license = ISC\ngroup = g\nreplaces = old\nconflict = c<2\nprovides = p=1\n"
      "depend = glibc>=2.30\ndepend = sh\noptdepend = o: why  not\nmakedepend = m\n"
      "checkdepend = k\n";
  return sample;
}

/// The text without a field that repo-add of some versions writes and we don't.
std::string without_md5(std::string text) {
  const auto begin = text.find("%MD5SUM%\n");
  if (begin == std::string::npos) return text;
  return text.erase(begin, text.find("\n\n", begin) + 2 - begin);
}

}  // namespace

TEST_CASE("an entry has the texts that repo-add writes") {
  const TempDir directory;
  const auto sample = rich_sample();
  const auto ours = entry_of(directory, sample);
  const auto added = run_program({"repo-add", "r.db.tar.gz", sample.file_name()}, directory.path());
  INFO(added.output);
  REQUIRE(added.code == 0);
  const auto database = RepositoryDatabase::read(directory.path() / "r.files");
  const auto* theirs = database.find("sample");
  REQUIRE(theirs != nullptr);
  CHECK(ours.desc == without_md5(theirs->desc));
  CHECK(ours.files == theirs->files);
  CHECK(theirs->version == "1:2.0+r1-1");
  CHECK(theirs->file_name == sample.file_name());
  CHECK(theirs->sha256 == ours.sha256);
  CHECK(theirs->size == ours.size);
}

TEST_CASE("a database is written and read again") {
  const TempDir directory;
  RepositoryDatabase database;
  database.put(entry_of(directory, rich_sample("b")));
  database.put(entry_of(directory, rich_sample("a")));
  const auto path = directory.path() / "r.db.tar.gz";

  database.write(path, Form::files);
  auto again = RepositoryDatabase::read(path);
  REQUIRE(again.entries().size() == 2);
  CHECK(again.find("a")->desc == database.find("a")->desc);
  CHECK(again.find("a")->files == database.find("a")->files);

  database.write(path, Form::db);
  again = RepositoryDatabase::read(path);
  CHECK(again.find("b")->desc == database.find("b")->desc);
  CHECK(again.find("b")->files.empty());
}

TEST_CASE("the same entries give the same bytes") {
  const TempDir directory;
  RepositoryDatabase one;
  RepositoryDatabase two;
  const auto a = entry_of(directory, rich_sample("a"));
  const auto b = entry_of(directory, rich_sample("b"));
  one.put(a);
  one.put(b);
  two.put(b);
  two.put(a);
  one.write(directory.path() / "one", Form::files);
  two.write(directory.path() / "two", Form::files);
  const auto bytes = read_file(directory.path() / "one");
  CHECK(bytes == read_file(directory.path() / "two"));
  CHECK(bytes.substr(4, 4) == std::string(4, '\0'));  // no time in gzip's header
}

TEST_CASE("there is one version of a package") {
  const TempDir directory;
  auto sample = rich_sample();
  RepositoryDatabase database;
  database.put(entry_of(directory, sample));
  sample.version = "1:1.0-1";
  database.put(entry_of(directory, sample));
  CHECK(database.entries().size() == 1);
  CHECK(database.find("sample")->version == "1:1.0-1");
  database.erase("sample");
  CHECK(database.find("sample") == nullptr);
}

TEST_CASE("repo-add goes on with a database of ours") {
  const TempDir directory;
  const auto first = rich_sample("first");
  const auto second = rich_sample("second");
  RepositoryDatabase database;
  database.put(entry_of(directory, first));
  database.write(directory.path() / "r.db.tar.gz", Form::db);
  database.write(directory.path() / "r.files.tar.gz", Form::files);
  second.write(directory.path());
  const auto added = run_program({"repo-add", "r.db.tar.gz", second.file_name()}, directory.path());
  INFO(added.output);
  REQUIRE(added.code == 0);
  const auto grown = RepositoryDatabase::read(directory.path() / "r.files.tar.gz");
  REQUIRE(grown.entries().size() == 2);
  CHECK(grown.find("first")->desc == database.find("first")->desc);
  CHECK(grown.find("first")->files == database.find("first")->files);

  const auto removed = run_program({"repo-remove", "r.db.tar.gz", "first"}, directory.path());
  REQUIRE(removed.code == 0);
  CHECK(RepositoryDatabase::read(directory.path() / "r.db").entries().size() == 1);
}

TEST_CASE("a database that is missing or empty holds nothing") {
  const TempDir directory;
  const auto path = directory.path() / "r.db.tar.gz";
  CHECK(RepositoryDatabase::read(path).entries().empty());
  RepositoryDatabase().write(path, Form::db);
  CHECK(RepositoryDatabase::read(path).entries().empty());
}

TEST_CASE("what isn't a sound database is refused") {
  const TempDir directory;
  const auto path = directory.path() / "r.db.tar.gz";
  const std::string desc = "%FILENAME%\na-1-1-any.pkg.tar.gz\n\n%NAME%\na\n\n%VERSION%\n1-1\n\n";
  const auto refused = [&](const std::vector<std::pair<std::string, std::string>>& entries,
                           const std::string& why) {
    write_archive(path, entries);
    REQUIRE_THROWS_WITH(RepositoryDatabase::read(path), ContainsSubstring(why));
  };
  refused({{"desc", desc}}, "no entries of packages");
  refused({{"../desc", desc}}, "no entries of packages");
  refused({{"x/a-1-1/desc", desc}, {"README", ""}}, "no entries of packages");
  refused({{"a-1-1/desc", desc + std::string(64U << 20U, 'x')}}, "an entry is longer");

  pkgkiln::write_file_atomically(path, "not an archive");
  CHECK_THROWS_AS(RepositoryDatabase::read(path), pkgkiln::Error);
  pkgkiln::write_file_atomically(path, "");
  REQUIRE_THROWS_WITH(RepositoryDatabase::read(path), ContainsSubstring("it is empty"));
  write_archive(path, {{"a-1-1/desc", desc}});
  CHECK(RepositoryDatabase::read(path).entries().size() == 1);
  const auto whole = read_file(path);
  pkgkiln::write_file_atomically(path, whole.substr(0, whole.size() - 6));
  CHECK_THROWS_AS(RepositoryDatabase::read(path), pkgkiln::Error);
}

TEST_CASE("facts are what the texts say, without them") {
  const TempDir directory;
  RepositoryDatabase database;
  database.put(entry_of(directory, rich_sample("a")));
  database.put(entry_of(directory, rich_sample("b")));
  const auto path = directory.path() / "r.db.tar.gz";
  database.write(path, Form::files);
  const auto facts = RepositoryDatabase::read_facts(path);
  REQUIRE(facts.entries().size() == 2);
  const auto* whole = database.find("b");
  const auto* fact = facts.find("b");
  CHECK(fact->version == whole->version);
  CHECK(fact->file_name == whole->file_name);
  CHECK(fact->sha256 == whole->sha256);
  CHECK(fact->size == whole->size);
  CHECK(fact->desc.empty());
  CHECK(fact->files.empty());
}

TEST_CASE("an entry that isn't understood stays what it is, beside the others") {
  const TempDir directory;
  const auto path = directory.path() / "r.db.tar.gz";
  const std::string good = "%FILENAME%\na-1-1-any.pkg.tar.gz\n\n%NAME%\na\n\n%VERSION%\n1-1\n\n";
  using File = std::pair<std::string, std::string>;
  const auto odd =
      GENERATE_COPY(File("-/desc", "%FILENAME%\n--.pkg.tar.gz\n\n"), File("b-1-1/desc", good),
                    File("b-1-1/desc", ""), File("b-1-1/desc", "%NAME%\nb\n\n%VERSION%\n1\n\n"),
                    File("b-1-1/desc", "%NAME%\nb\n\n%VERSION%\n1-1\n\n%FILENAME%\n../../x\n\n"));
  const auto name = odd.first.substr(0, odd.first.find('/'));
  write_archive(path, {{name + "/", ""},
                       odd,
                       {name + "/files", "%FILES%\nx\n"},
                       {"a-1-1/desc", good},
                       {"stray", "x"},
                       {"../desc", good}});
  CHECK(RepositoryDatabase::read_facts(path).entries().size() == 1);
  const auto database = RepositoryDatabase::read(path);
  CHECK(database.entries().size() == 1);
  database.write(path, Form::files);
  auto again = RepositoryDatabase::read(path);
  REQUIRE(again.odd_entries().size() == 1);
  CHECK(again.odd_entries().begin()->first == name);
  CHECK(again.odd_entries().begin()->second.desc == odd.second);
  CHECK(again.odd_entries().begin()->second.files == "%FILES%\nx\n");
  CHECK(again.find("a")->desc == good);

  // One of the same package gives way to one that is understood.
  auto edited = pkgkiln::pacman::EditedDatabase::open(path).value();
  CHECK(edited.odd_version("a") == std::nullopt);
  if (name != "b-1-1") return;
  CHECK(edited.odd_version("b") == "1-1");
  edited.put(entry_of(directory, rich_sample("b")));
  edited.write(directory.path() / "new", Form::files);
  again = RepositoryDatabase::read(directory.path() / "new");
  CHECK(again.odd_entries().empty());
  CHECK(again.entries().size() == 2);
}

TEST_CASE("what an old repo-add wrote beside the desc is still said") {
  const TempDir directory;
  const auto path = directory.path() / "r.db.tar.gz";
  const std::string desc = "%FILENAME%\na-1-1-any.pkg.tar.gz\n\n%NAME%\na\n\n%VERSION%\n1-1\n";
  const std::string depends = "%DEPENDS%\nglibc>=2\nsh\n\n%PROVIDES%\nq=1\n\n";
  write_archive(path, {{"a-1-1/depends", depends}, {"a-1-1/desc", desc}});
  const auto database = RepositoryDatabase::read(path);
  REQUIRE(database.find("a") != nullptr);
  CHECK(database.find("a")->desc == desc + "\n" + depends);
  database.write(path, Form::db);
  CHECK(RepositoryDatabase::read(path).find("a")->desc == desc + "\n" + depends);
}

TEST_CASE("an entry is of a file in any compression, and of no other") {
  DatabaseEntry entry;
  entry.pkgname = "a-b";
  entry.version = "1:2-3";
  entry.file_name = "a-b-1:2-3-any.pkg.tar.gz";
  const auto is = [&](const std::string& name) {
    return entry.is(pkgkiln::pacman::PackageFileName::parse(name).value());
  };
  CHECK(is("a-b-1:2-3-any.pkg.tar.zst"));
  CHECK_FALSE(is("a-b-2-3-any.pkg.tar.gz"));
  CHECK_FALSE(is("a-b-1:2-3-x86_64.pkg.tar.gz"));
  CHECK_FALSE(is("a-1:2-3-any.pkg.tar.gz"));
  entry.file_name = "c-1:2-3-any.pkg.tar.gz";  // as another program may write it
  CHECK_FALSE(is("a-b-1:2-3-any.pkg.tar.gz"));
  CHECK_FALSE(is("c-1:2-3-any.pkg.tar.gz"));
}

TEST_CASE("a value cannot begin a field of its own") {
  const TempDir directory;
  const auto path = directory.path() / "r.db.tar.gz";
  write_archive(path, {{"a-1-1/desc",
                        "%DESC%\n%VERSION%\n\n%GROUPS%\n%NAME%\n%FILENAME%\nx\n\n"
                        "%FILENAME%\na-1-1-any.pkg.tar.gz\n\n%NAME%\na\n\n%VERSION%\n1-1\n\n"}});
  const auto database = RepositoryDatabase::read(path);
  REQUIRE(database.find("a") != nullptr);
  CHECK(database.find("a")->file_name == "a-1-1-any.pkg.tar.gz");
}
