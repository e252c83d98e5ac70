#include "tests/catch.hpp"
#include "tests/unit/core/builder/script/sandbox.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

/// What earlier builds kept, and a directory for sources. Its git only makes directories.
struct SourceCache : test::ScriptSandbox {
  SourceCache() {
    std::filesystem::create_directories(root / "startdir");
    std::filesystem::create_directories(root / "sources");
    file("kept/files/checked", "x");
    file("kept/files/unnamed", "x");
    file("kept/git/clone/HEAD", "ref: x\n");
    program("git", R"([ ! -e "$ROOT/unreachable" ] && mkdir "${*: -1}")");
  }
  void fetch(const std::map<std::string, std::string>& more = {}) {
    std::map<std::string, std::string> environment{
        {"SRCDEST", (root / "sources").string()},
        {"KEPT", (root / "kept").string()},
        {"PKGKILN_STARTDIR", (root / "startdir").string()}};
    for (const auto& [key, value] : more) environment[key] = value;
    run(script::fetch, {"checked", "", "never there", "", "clone", "https://e.org/c.git"},
        environment, {});
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

TEST_CASE("makepkg finds what can be verified of what was kept, and nothing else") {
  SourceCache place;
  place.program("makepkg", "ls -A \"$SRCDEST\"");
  place.fetch();
  CHECK(place.code == 0);
  CHECK(place.output == "checked\nclone\n");
  CHECK(place.calls() == 1);
  // Made anew by its server's word, it has the server's branches.
  CHECK_THAT(place.called(), ContainsSubstring("git clone --quiet --mirror --reference " +
                                               (place.root / "kept/git/clone").string() +
                                               " -- https://e.org/c.git " +
                                               (place.root / "sources/clone").string() + "\n"));
}

TEST_CASE("a kept file that a PKGBUILD changes stays as it was") {
  SourceCache place;
  place.program("makepkg", "echo changed >>\"$SRCDEST/checked\"; chmod 777 \"$SRCDEST/checked\"");
  place.fetch();
  CHECK(place.content("kept/files/checked") == "x");
}

TEST_CASE("what can't be cloned is left to makepkg") {
  SourceCache place;
  place.file("unreachable", "");
  place.program("git", "mkdir \"${*: -1}\"; exit 128");
  place.program("makepkg", "ls -A \"$SRCDEST\"");
  place.fetch();
  CHECK(place.code == 0);
  CHECK(place.output == "checked\n");
}

TEST_CASE("what makepkg can't use of earlier builds is fetched anew") {
  SourceCache place;
  // makepkg 6 ends with 1, makepkg 7 with 17 where a clone is of another URL; 99 is of the future.
  const auto* code = GENERATE("1", "17", "99");
  place.program("makepkg", "[ ! -e \"$SRCDEST/checked\" ] || exit " + std::string(code) +
                               "\nls -A \"$SRCDEST\"; echo >\"$SRCDEST/new\"");
  place.fetch();
  CHECK(place.code == 0);
  CHECK(place.output ==
        "==> Sources of earlier builds may be what is wrong: trying once more without them\n");
  CHECK_THAT(place.called(), ContainsSubstring("--cleanbuild"));
  CHECK(place.has("sources/new"));
}

TEST_CASE("makepkg is called again when bash lost a process that it waits for") {
  SourceCache place;
  const auto* lost = GENERATE("3", "9");
  place.program("makepkg", "echo >>\"$ROOT/tries\"\n[ $(wc -l <\"$ROOT/tries\") -gt " +
                               std::string(lost) + " ] || exit 255");
  place.fetch();
  const bool in_time = std::string(lost) == "3";
  CHECK(place.code == (in_time ? 0 : 255));
  CHECK(place.calls() == (in_time ? 4 : 5));
  CHECK_THAT(place.output, ContainsSubstring("trying once more"));
  // What was extracted before that is extracted anew: prepare() runs on it once.
  CHECK_THAT(place.called(), ContainsSubstring("--cleanbuild"));
}

TEST_CASE("what no cache can be at fault for is not tried again") {
  SourceCache place;
  std::map<std::string, std::string> environment;
  SECTION("there is none") {
    environment["KEPT"] = "";
    place.program("makepkg", "exit 1");
  }
  SECTION("nothing of it was taken") {
    std::filesystem::remove_all(place.root / "kept");
    place.program("makepkg", "exit 1");
  }
  SECTION("a function failed") {
    place.program("makepkg", "exit 4");
  }
  SECTION("the PKGBUILD is in error") {
    place.program("makepkg", "exit 12");
  }
  SECTION("it was killed") {
    place.program("makepkg", "exit 137");
  }
  place.fetch(environment);
  CHECK(place.code != 0);
  CHECK(place.calls() == 1);
}
