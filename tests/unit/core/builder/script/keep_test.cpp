// How clones are kept: with the real git, in a clone that whoever built could write to.

#include "tests/catch.hpp"
#include "tests/unit/core/builder/script/sandbox.hpp"

using namespace pkgkiln;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

/// An upstream with two commits, and the clone of it that a build made.
struct Clones : test::ScriptSandbox {
  Clones() {
    git(R"(mkdir -p fetched/{signed,unsigned,sources} own
           git init --quiet --bare --initial-branch=main up.git
           git clone --quiet up.git work
           cd work && git checkout --quiet -B main
           for text in one two; do
             echo "$text" >text && git add text && git commit --quiet --message="$text"
           done
           git push --quiet origin main
           cd .. && git clone --quiet --mirror "file://$PWD/up.git" fetched/sources/clone)");
  }
  void git(const std::string& text) {
    run("set -e; cd \"$ROOT\"\n" + text, {},
        {{"HOME", root.string()},
         {"GIT_CONFIG_NOSYSTEM", "1"},
         {"GIT_AUTHOR_NAME", "a"},
         {"GIT_AUTHOR_EMAIL", "a@localhost"},
         {"GIT_COMMITTER_NAME", "a"},
         {"GIT_COMMITTER_EMAIL", "a@localhost"}},
        {});
    INFO(output);
    REQUIRE(code == 0);
  }
  void keep() {
    run(script::keep, {"clone", "file", "pipe", "link", "hole", "empty", "odd", "never there"},
        {{"OWN_CACHE", (root / "own").string()},
         {"OWN_CACHE_LIMIT", "100000000"},
         {"FETCHED", (root / "fetched").string()}},
        {});
    CHECK(code == 0);
  }
  /// Ids of the commits that are kept, newest first.
  std::string kept() {
    if (!has("own/git/clone/packed-refs")) return "nothing\n";
    git("git -C own/git/clone fsck --strict >/dev/null 2>&1 && git -C own/git/clone log --all "
        "--format=%s");
    return output;
  }
};

}  // namespace

TEST_CASE("the objects of a clone are kept, and nothing else of it") {
  Clones place;
  place.git(R"(cd fetched/sources/clone
               git config core.fsmonitor "touch $ROOT/ran"; git config core.hooksPath hooks
               git config uploadpack.packObjectsHook "touch $ROOT/ran"
               mkdir -p hooks && printf '#!/bin/sh\ntouch "%s"\n' "$ROOT/ran" >hooks/reference-transaction
               cp hooks/reference-transaction hooks/post-checkout; chmod 755 hooks/*
               echo evil >packed-refs.evil
               git replace --graft main; rm -f "$ROOT/ran")");
  place.keep();
  CHECK(place.kept().find("two\none\n") != std::string::npos);
  CHECK_FALSE(place.has("ran"));
  CHECK_FALSE(place.has("own/git/clone/hooks"));
  CHECK_FALSE(place.has("own/git/clone/packed-refs.evil"));
  CHECK_THAT(place.content("own/git/clone/config"), !ContainsSubstring("fsmonitor"));
  // Its names say nothing: what a branch is only the server says.
  place.git(
      "git -C own/git/clone for-each-ref --format='%(refname)' | grep -v '^refs/kept/' || true");
  CHECK(place.output.empty());
}

TEST_CASE("a kept clone saves the next one what it has, and gets what is new") {
  Clones place;
  place.keep();
  place.git(R"(cd work && echo three >text && git commit --quiet --all --message=three
               git branch --move main renamed && git push --quiet origin renamed
               git -C ../up.git symbolic-ref HEAD refs/heads/renamed && git push --quiet origin :main
               cd .. && rm -rf fetched/sources/clone
               git clone --quiet --mirror --reference "$PWD/own/git/clone" "file://$PWD/up.git" fetched/sources/clone
               git -C fetched/sources/clone count-objects -v | grep -E '^(in-pack|count)'
               git -C fetched/sources/clone symbolic-ref HEAD)");
  CHECK_THAT(place.output, ContainsSubstring("in-pack: 3\n"));
  // Upstream renamed its default branch.
  CHECK_THAT(place.output, ContainsSubstring("refs/heads/renamed\n"));
  place.keep();
  CHECK(place.kept() == "three\ntwo\none\n");
}

TEST_CASE("an object that lies is not kept, nor what needs it") {
  Clones place;
  place.keep();
  place.git(
      R"(cd work && echo three >text && git commit --quiet --all --message=three && git push --quiet origin main
               cd .. && git -C fetched/sources/clone fetch --quiet --all
               cd fetched/sources/clone && : >objects/info/alternates)");
  SECTION("it has another content") {
    place.git(R"(cd fetched/sources/clone
                 text=$(git rev-parse main:text) evil=$(echo evil | git hash-object -w --stdin)
                 mv -f "objects/${evil:0:2}/${evil:2}" "objects/${text:0:2}/${text:2}"
                 git cat-file -p main:text)");
    CHECK(place.output == "evil\n");
  }
  SECTION("it is missing") {
    place.git(R"(cd fetched/sources/clone
                 text=$(git rev-parse main:text); rm -f "objects/${text:0:2}/${text:2}")");
  }
  SECTION("it is in a repository that the clone only names") {
    place.git(R"(rm -rf fetched/sources/clone/objects/[0-9a-f][0-9a-f]
                 echo "$PWD/up.git/objects" >fetched/sources/clone/objects/info/alternates
                 git -C fetched/sources/clone cat-file -e main:text)");
  }
  SECTION("it is behind a link") {
    place.git(R"(cd fetched/sources/clone && mv objects away && ln -s away objects)");
  }
  place.keep();
  CHECK(place.kept() == "two\none\n");
}

TEST_CASE("a pack that was made for it is not kept") {
  Clones place;
  place.git(R"(git init --quiet evil && cd evil && echo evil >text && git add text
               git commit --quiet --message=evil && git repack --quiet -a -d
               cd ../fetched/sources/clone
               for kind in pack idx; do
                 chmod 644 objects/pack/*.$kind && cat ../../../evil/.git/objects/pack/*.$kind >$(echo objects/pack/*.$kind)
               done)");
  place.keep();
  CHECK_THAT(place.output, ContainsSubstring("the clone clone is not kept for later builds"));
  CHECK(place.kept() == "nothing\n");
}

TEST_CASE("whatever lies among the sources, filling the caches goes on") {
  Clones place;
  place.git(R"(cd fetched/sources
               echo kept >file && mkfifo pipe && ln -s /etc/passwd link
               truncate --size 1T hole && mkdir empty
               mkdir odd && ln -s /dev/zero odd/HEAD && mkfifo odd/packed-refs && mkdir -p odd/{objects,refs})");
  place.keep();
  CHECK(place.content("own/files/file") == "kept\n");
  CHECK(std::distance(fs::directory_iterator(place.root / "own/files"), {}) == 1);
  CHECK(std::distance(fs::directory_iterator(place.root / "own/git"), {}) == 1);
  CHECK(place.kept() == "two\none\n");
  CHECK(fs::file_size(place.root / "own/files/file") == 5);
}

TEST_CASE("what is still a source stays, however old it is") {
  Clones place;
  place.keep();
  place.git(R"(rm -rf fetched/sources/clone && mkdir own/git/gone && echo x >own/files/gone
               cp own/files/gone own/files/file && touch -d '2 months ago' own/files/* own/git/*)");
  place.keep();
  CHECK(place.kept() == "two\none\n");
  CHECK(place.has("own/files/file"));
  CHECK_FALSE(place.has("own/files/gone"));
  CHECK_FALSE(place.has("own/git/gone"));
}
