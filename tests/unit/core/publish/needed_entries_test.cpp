#include "core/publish/local_offer.hpp"
#include "core/repodb/database_text.hpp"
#include "tests/catch.hpp"

using pkgkiln::needed_entries;
using pkgkiln::pacman::desc_values;
using pkgkiln::pacman::RepositoryDatabase;

namespace {

/// Adds a package; `fields` are further fields of its desc.
void add(RepositoryDatabase& database, const std::string& pkgname, const std::string& version,
         const std::string& fields = {}) {
  const auto file = pkgname + "-" + version + "-any.pkg.tar.zst";
  database.put(pkgkiln::pacman::parse_desc("%FILENAME%\n" + file + "\n\n%NAME%\n" + pkgname +
                                           "\n\n%VERSION%\n" + version + "\n\n" + fields));
}

std::vector<std::string> needed(const RepositoryDatabase& database,
                                const std::vector<std::string>& dependencies) {
  std::vector<std::string> names;
  const auto entries = needed_entries(database, dependencies);
  for (const auto& [pkgname, entry] : entries.entries()) names.push_back(pkgname);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("what is asked for comes with all that it depends on") {
  RepositoryDatabase database;
  add(database, "app", "1-1", "%DEPENDS%\nlib>=2\nglibc\n\n");
  add(database, "lib", "2-1", "%DEPENDS%\ndata\napp\n\n");
  add(database, "data", "1-1");
  add(database, "other", "1-1");
  CHECK(needed(database, {"app"}) == Names{"app", "data", "lib"});
  CHECK(needed(database, {"data>=1", "glibc"}) == Names{"data"});
  CHECK(needed(database, {"data>=2"}).empty());
  CHECK(needed(database, {"glibc", ""}).empty());
  CHECK(needed(database, {}).empty());
  CHECK(needed({}, {"app"}).empty());
}

TEST_CASE("what a package provides is found, its name rather") {
  RepositoryDatabase database;
  add(database, "a-git", "r1-1", "%PROVIDES%\na=2\nliba.so=1-64\n\n");
  CHECK(needed(database, {"a>=2"}) == Names{"a-git"});
  CHECK(needed(database, {"liba.so=1-64"}) == Names{"a-git"});
  add(database, "a", "1-1");
  CHECK(needed(database, {"a"}) == Names{"a"});
  CHECK(needed(database, {"a>=2"}) == Names{"a-git"});
}

TEST_CASE("fields of a desc are read whole, and only where they begin") {
  const std::string text = "%NAME%\nfoo\n\n%DESC%\n%DEPENDS%\n\n%DEPENDS%\na\nb>=1\n\n%X%\ny\n";
  CHECK(desc_values(text, "DEPENDS") == Names{"a", "b>=1"});
  CHECK(desc_values(text, "X") == Names{"y"});
  CHECK(desc_values(text, "DESC") == Names{"%DEPENDS%"});
  CHECK(desc_values(text, "PROVIDES").empty());
  CHECK(desc_values("", "NAME").empty());
}
