#include "core/journal/history.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;

namespace {

BuildRecord known(const std::string& name, const std::string& url) {
  BuildRecord build;
  build.build = name + url.back();
  build.target = name;
  build.url = url;
  build.branch = "main";
  build.repository = "r";
  build.status = Status::failed;
  return build;
}

}  // namespace

TEST_CASE("what was built is known by its name, while a run writes and after") {
  const TempDir directory;
  {
    History history{StateDir(directory.path())};
    history.record(known("a", "https://e.org/1"));
    history.record(known("b", "https://e.org/2"));
    history.record(known("b", "https://e.org/3"));  // took the name over
    CHECK(remembered_names(directory.path()).size() == 2);
  }
  CHECK(remembered_names(directory.path()) ==
        RememberedNames{{{"https://e.org/1", "main", "", "r"}, "a"},
                        {{"https://e.org/3", "main", "", "r"}, "b"}});
}

TEST_CASE("without a sound history no name is remembered, and nothing is made") {
  const TempDir directory;
  const auto state = directory.path() / "state";
  CHECK(remembered_names(state).empty());
  CHECK_FALSE(std::filesystem::exists(state));
  std::filesystem::create_directory(state);
  write_file_atomically(state / "state.db", GENERATE("", "no database, but long enough for one"));
  CHECK(remembered_names(state).empty());
}

TEST_CASE("a history that can't be read is no empty one") {
  const TempDir directory;
  std::filesystem::create_directory(directory.path() / "state.db");
  CHECK_THROWS_WITH(remembered_names(directory.path()),
                    Catch::Matchers::ContainsSubstring("what the targets were called"));
}
