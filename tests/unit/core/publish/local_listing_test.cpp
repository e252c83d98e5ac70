#include <fstream>

#include "tests/catch.hpp"
#include "tests/unit/core/publish/place.hpp"

namespace fs = std::filesystem;
using pkgkiln::RepositoryProblem;
using pkgkiln::test::Place;
using Problems = std::vector<RepositoryProblem>;

namespace {

struct Checked : Place {
  pkgkiln::pacman::PackageArchive foo = package("foo", "1-1"), bar = package("bar", "2-1");
  Checked() { repository.publish({foo, bar}); }
  fs::path file(const pkgkiln::pacman::PackageArchive& one) const {
    return directory / one.name.text();
  }
};

}  // namespace

TEST_CASE("what is in a local repository can be listed") {
  Checked place;
  const auto packages = place.repository.packages();
  REQUIRE(packages.size() == 2);
  CHECK(packages[0].pkgname == "bar");
  CHECK(packages[1].version == "1-1");
  CHECK(packages[1].size == place.foo.size);
  using Files = std::map<std::string, std::vector<std::string>>;
  CHECK(place.repository.files_of({"foo", "other"}) == Files{{"foo", place.foo.files}});
}

TEST_CASE("a sound repository has no problems") {
  Checked place;
  CHECK(place.repository.examine() == Problems{});
}

TEST_CASE("a package file that is not what the database says is told") {
  Checked place;
  const auto name = place.foo.name.text();
  SECTION("it is gone") {
    fs::remove(place.file(place.foo));
    CHECK(place.repository.examine() == Problems{{name, "is in the database, but isn't there"}});
  }
  SECTION("it is longer") {
    std::ofstream(place.file(place.foo), std::ios::app) << "x";
    CHECK(place.repository.examine() ==
          Problems{{name, "has another size than the database says"}});
  }
  SECTION("it has other content") {
    std::fstream(place.file(place.foo)) << "x";
    CHECK(place.repository.examine() ==
          Problems{{name, "has other content than the database says"}});
  }
}

TEST_CASE("what no database names is told") {
  Checked place;
  fs::copy_file(place.file(place.foo), place.directory / "baz-1-1-any.pkg.tar.gz");
  fs::copy_file(place.file(place.foo), place.directory / "foo-0-1-x86_64.pkg.tar.gz");
  const std::string what = "lies there, but the database doesn't name it";
  CHECK(place.repository.examine() ==
        Problems{{"baz-1-1-any.pkg.tar.gz", what}, {"foo-0-1-x86_64.pkg.tar.gz", what}});
}

TEST_CASE("databases that don't agree are told") {
  Checked place;
  const auto files = place.directory / "r.files.tar.gz";
  fs::copy_file(files, place.spool / "both");
  place.repository.withdraw({place.bar.name.text(), place.bar.sha256});
  const auto without = place.spool / "one";
  fs::copy_file(files, without);
  SECTION("the one with files has more") {
    fs::copy_file(place.spool / "both", files, fs::copy_options::overwrite_existing);
    CHECK(place.repository.examine() ==
          Problems{{place.bar.name.text(), "is in r.files, but not in r.db"}});
  }
  SECTION("the one with files has less") {
    place.repository.publish({place.bar});
    fs::copy_file(without, files, fs::copy_options::overwrite_existing);
    CHECK(place.repository.examine() ==
          Problems{{place.bar.name.text(), "is in r.db, but not in r.files"}});
  }
}
