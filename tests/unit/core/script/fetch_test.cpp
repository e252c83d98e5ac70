#include "tests/catch.hpp"
#include "tests/unit/core/script/sandbox.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

struct SourceCache : test::ScriptSandbox {
  SourceCache() {
    std::filesystem::create_directories(root / "startdir");
    std::filesystem::create_directories(root / "sources");
  }
  void clone(const std::string& name) const {
    file("sources/" + name + "/HEAD", "ref: x\n");
    file("sources/" + name + "/objects/pack", "x");
    file("sources/" + name + "/FETCH_HEAD", "of another time\n");
  }
  void fetch(const std::vector<std::string>& unkept = {}) {
    run(script::fetch, unkept, {{"SRCDEST", (root / "sources").string()}},
        {{"/build/startdir", "startdir"}});
  }
  std::size_t calls() const {
    std::size_t count = 0;
    const auto text = called();
    for (auto at = text.find("makepkg"); at != std::string::npos; at = text.find("makepkg", at + 1))
      ++count;
    return count;
  }
};

}  // namespace

TEST_CASE("what is not to be kept is gone before makepkg looks") {
  SourceCache place;
  place.program("makepkg", "ls -A \"$SRCDEST\"");
  for (const auto* name : {"kept", "-unkept", "cut.part", "svn/checkout"})
    place.file("sources/" + std::string(name), "x");
  place.fetch({"-unkept", "never there"});
  CHECK(place.code == 0);
  CHECK(place.output == "kept\n");
  CHECK(place.calls() == 1);
  place.clone("clone");
  place.fetch({"."});
  CHECK(place.output.starts_with("clone\n"));
}

TEST_CASE("what makepkg can't use of earlier builds is fetched anew") {
  SourceCache place;
  place.file("sources/old", "x");
  // makepkg 6 ends with 1, makepkg 7 with 17 where a clone is of another URL; 99 is of the future.
  const auto* code = GENERATE("1", "17", "99");
  place.program("makepkg", "[ ! -e \"$SRCDEST/old\" ] || exit " + std::string(code) +
                               "\necho >\"$SRCDEST/new\"");
  place.fetch();
  CHECK(place.code == 0);
  CHECK_THAT(place.output, ContainsSubstring("trying once more without them"));
  CHECK_THAT(place.called(), ContainsSubstring("--cleanbuild"));
  CHECK(place.has("sources/new"));
  CHECK_FALSE(place.has("sources/old"));
  CHECK_FALSE(place.has("sources/.aside"));
}

TEST_CASE("sources of earlier builds stay when they were not what is wrong") {
  SourceCache place;
  place.file("sources/old", "x");
  const int code = GENERATE(1, 17, 99);
  place.program("makepkg", "echo >\"$SRCDEST/new\"; exit " + std::to_string(code));
  place.fetch();
  CHECK(place.code == code);
  CHECK(place.calls() == 2);
  CHECK(place.has("sources/old"));
  CHECK_FALSE(place.has("sources/.aside"));
}

TEST_CASE("what no cache can be at fault for is not tried again") {
  SourceCache place;
  SECTION("there is none") {
    place.program("makepkg", "exit 1");
  }
  SECTION("a function failed") {
    place.file("sources/old", "x");
    place.program("makepkg", "exit 4");
  }
  SECTION("it was killed") {
    place.file("sources/old", "x");
    place.program("makepkg", "exit 137");
  }
  place.fetch();
  CHECK(place.code != 0);
  CHECK(place.calls() == 1);
}

TEST_CASE("a clone that was not brought up to date is made anew") {
  SourceCache place;
  place.clone("clone");
  SECTION("its server didn't answer") {
    place.program("makepkg", "[ -e \"$SRCDEST/clone\" ] || echo anew");
    place.fetch();
    CHECK(place.calls() == 2);
    CHECK_THAT(place.output, ContainsSubstring("anew\n"));
  }
  SECTION("its server answered") {
    place.program("makepkg", "echo 'abc branch' >\"$SRCDEST/clone/FETCH_HEAD\"");
    place.fetch();
    CHECK(place.calls() == 1);
  }
  CHECK(place.code == 0);
}
