#include "core/run/package_owners.hpp"

#include "core/base/file.hpp"
#include "core/publish/local_repository.hpp"
#include "core/run/approval.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/sample_package.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using test::SamplePackage;

namespace {

struct Setup {
  TempDir directory;
  StateDir state{directory.path() / "state"};
  History history{state};
  Ledger ledger{state, Ledger::Access::write};
  Repositories repositories;
  LocalRepository* repository = nullptr;
  Target a = target("a"), b = target("b"), elsewhere = target("c", "s");
  std::vector<Target> known{a, b, elsewhere};
  bool is_complete = true;
  pacman::Distribution distribution;

  Setup() {
    const auto core = directory.path() / "core.db";
    test::write_database(core, {{"sudo", "1-1"}, {"glibc", "2-1"}});
    distribution = pacman::Distribution::read("image", {core});
    auto owned = std::make_unique<LocalRepository>("r", directory.path() / "repos", "any");
    repository = owned.get();
    repositories.add(std::move(owned));
  }
  static Target target(const std::string& name, const std::string& repository = "r") {
    Target target;
    target.name = name;
    target.url = "https://e.org/" + name;
    target.repository = repository;
    return target;
  }
  void record(const Target& target, const std::string& status, const std::string& pkgname) {
    BuildRecord record;
    record.build = std::to_string(++builds_);
    record.target = target.name;
    record.url = target.url;
    record.repository = "r";
    record.status = status_of(status).value();
    record.files = {{pkgname + "-1-1-any.pkg.tar.zst", "x"}};
    history.record(record);
  }
  void pin(const Target& target, const std::string& pkgname) {
    ledger.own(names_of(target, std::vector{pkgname}));
  }
  pacman::PackageArchive package(const std::string& pkgname, const std::string& more = {},
                                 const std::string& pkgbase = {}) {
    SamplePackage package;
    package.pkgname = pkgname;
    package.version = "1-1";
    package.arch = "any";
    package.more_info = more;
    package.pkgbase = pkgbase;
    return pacman::PackageArchive::read(package.write(directory.path()));
  }
  PackageOwners owners() {
    return {ledger, repositories, KnownTargets{known, is_complete}, distribution};
  }
  /// Why not; empty: it may.
  std::string why_not(const std::string& pkgname, const Target& target) {
    const auto refusal = owners().claim(pkgname, "1-1", target);
    return refusal ? refusal->why : "";
  }

 private:
  int builds_ = 0;
};

std::string why(const std::optional<NameRefusal>& refusal) {
  return refusal ? refusal->why : "";
}

}  // namespace

TEST_CASE("who made a package first owns it, until that comes to nothing") {
  Setup setup;
  auto owners = setup.owners();
  CHECK_FALSE(owners.claim("p", "1-1", setup.a));
  CHECK_FALSE(owners.claim("p", "1-1", setup.a));
  CHECK(why(owners.claim("p", "1-1", setup.b)) == "its package p belongs to the target 'a'");
  CHECK_FALSE(owners.claim("p", "1-1", setup.elsewhere));
  CHECK_FALSE(owners.claim("q", "1-1", setup.b));
  owners.release(setup.a);
  CHECK_FALSE(owners.claim("p", "1-1", setup.b));
}

TEST_CASE("a pinned name is its target's, until that gives it up") {
  Setup setup;
  setup.pin(setup.a, "p");
  CHECK_THAT(setup.why_not("p", setup.b),
             ContainsSubstring("belongs to the target 'a', which made"));
  CHECK(setup.why_not("p", setup.a).empty());
  setup.known = {setup.b};
  const auto refusal = setup.owners().claim("p", "1-1", setup.b);
  REQUIRE(refusal);
  CHECK(refusal->why == "its package p belongs to the target 'a', which is listed no more");
  CHECK_THAT(refusal->advice,
             ContainsSubstring("owns = [\"p\"]") && ContainsSubstring("pkgkiln clean"));
  setup.is_complete = false;  // it may well be one
  CHECK_THAT(setup.why_not("p", setup.b),
             ContainsSubstring("belongs to the target 'a', which made"));
  SECTION("by clean") {
    setup.ledger.give_up_names("a");
    CHECK(setup.why_not("p", setup.b).empty());
  }
  SECTION("unless it is that target under another name") {
    setup.is_complete = true;
    setup.b.url = setup.a.url;
    CHECK(setup.why_not("p", setup.b).empty());
  }
}

TEST_CASE("what the journal of an earlier version knows is pinned once") {
  Setup setup;
  setup.record(setup.a, "built", "p");
  setup.record(setup.b, "up-to-date", "p");
  setup.record(setup.b, "built", "q");
  pin_names(setup.ledger, setup.history, setup.repositories);
  CHECK(setup.why_not("p", setup.a).empty());
  CHECK_THAT(setup.why_not("p", setup.b), ContainsSubstring("belongs to the target 'a'"));
  CHECK_THAT(setup.why_not("q", setup.a), ContainsSubstring("belongs to the target 'b'"));
  SECTION("and what it says later counts for nothing") {
    setup.record(setup.b, "built", "p");
    pin_names(setup.ledger, setup.history, setup.repositories);
    CHECK_THAT(setup.why_not("p", setup.b), ContainsSubstring("belongs to the target 'a'"));
  }
  SECTION("so it may be lost") {
    setup.repository->publish({setup.package("q")});
    std::filesystem::remove(setup.state.database());
    CHECK_FALSE(PackageOwners::refusal_by(*setup.repository->entry("q"), setup.b, setup.ledger));
    CHECK(PackageOwners::refusal_by(*setup.repository->entry("q"), setup.a, setup.ledger));
  }
}

TEST_CASE("a name of the distribution's is for those that list it") {
  Setup setup;
  auto sudo = Setup::target("sudo");
  setup.known.push_back(sudo);
  for (const auto& target : {setup.a, sudo}) {
    const auto refusal = setup.owners().claim("sudo", "1-1", target);
    REQUIRE(refusal);
    CHECK(refusal->why ==
          "its package sudo has the name of one of the distribution's (repository core)");
    CHECK_THAT(refusal->advice, ContainsSubstring("owns = [\"sudo\"]"));
  }
  sudo.force = true;
  CHECK_FALSE(setup.why_not("sudo", sudo).empty());
  sudo.owns = {"sudo"};
  CHECK(setup.why_not("sudo", sudo).empty());
}

TEST_CASE("a name that a target bears or lists is its own") {
  Setup setup;
  CHECK_THAT(setup.why_not("b", setup.a),
             ContainsSubstring("belongs to the target 'b', which has"));
  CHECK_THAT(setup.why_not("b-debug", setup.a), ContainsSubstring("belongs to the target 'b'"));
  CHECK(setup.why_not("b", setup.b).empty());
  CHECK(setup.why_not("c", setup.a).empty());  // that one is for another repository
  SECTION("also if another made it") {
    setup.pin(setup.a, "b");
    CHECK(setup.why_not("b", setup.b).empty());
    CHECK_FALSE(setup.why_not("b", setup.a).empty());
  }
  SECTION("a list counts more than a name") {
    setup.known[0].owns = setup.a.owns = {"b"};
    CHECK(setup.why_not("b", setup.a).empty());
    CHECK_THAT(setup.why_not("b", setup.b),
               ContainsSubstring("belongs to the target 'a', which lists"));
  }
}

TEST_CASE("what no target made is not replaced but by whom the user named") {
  Setup setup;
  setup.repository->publish({setup.package("theirs", {}, "suite")});
  const auto refusal = setup.owners().claim("theirs", "1-1", setup.a);
  REQUIRE(refusal);
  CHECK(refusal->why == "its package theirs would replace theirs 1-1 in r, which no target made");
  CHECK_THAT(refusal->advice, ContainsSubstring("pkgkiln build --force a"));
  CHECK_THAT(refusal->advice, ContainsSubstring("owns = [\"theirs\"]"));
  auto one = setup.a;
  SECTION("forced") {
    one.force = true;
  }
  SECTION("listed") {
    one.owns = {"theirs"};
  }
  SECTION("by the target of its name") {
    one = Setup::target("theirs");
  }
  SECTION("by the target that has the name of its pkgbase") {
    one = Setup::target("suite");
  }
  SECTION("built before") {
    setup.pin(setup.a, "theirs");
  }
  SECTION("built before under another name") {
    auto former = setup.a;
    former.name = "former";
    setup.pin(former, "theirs");
  }
  CHECK(setup.why_not("theirs", one).empty());
}

TEST_CASE("that a version was found published makes nobody its owner") {
  Setup setup;
  setup.repository->publish({setup.package("theirs")});
  setup.record(setup.a, "up-to-date", "theirs");
  CHECK_FALSE(setup.why_not("theirs", setup.a).empty());
}

TEST_CASE("new names, and what is replaced, are told once") {
  Setup setup;
  const auto tool = setup.package("a", "replaces = other\nprovides = glibc=9\nprovides = free\n");
  const auto owners = [&] { return setup.owners(); };
  CHECK(owners().news({tool, setup.package("extra")}, setup.a) ==
        std::vector<std::string>{"'a': its package a replaces on every machine that has it: other",
                                 "'a': its package a stands for the distribution's: glibc=9",
                                 "'a': new in r: extra"});
  setup.repository->publish({tool});
  CHECK(owners().news({tool}, setup.a).empty());
  // A server lists what it has without the texts.
  CHECK(setup.repository->entry("a")->replaces == std::vector<std::string>{"other"});
  const auto listed =
      pacman::RepositoryDatabase::read_facts(setup.repository->directory() / "r.db");
  CHECK(listed.find("a")->replaces == std::vector<std::string>{"other"});
  CHECK(listed.find("a")->provides.size() == 2);
  CHECK(
      owners().news({setup.package("a", "replaces = other\nreplaces = third\n")}, setup.a) ==
      std::vector<std::string>{"'a': its package a replaces on every machine that has it: third"});
}

TEST_CASE("a package that comes to replace or to stand for others is refused") {
  Setup setup;
  const auto why_not = [&](const std::string& more, const std::string& pkgname = "a-git") {
    const auto refusal =
        PackageOwners::refusal_by({setup.package(pkgname, more)}, setup.a, setup.ledger);
    return refusal ? refusal->why : "";
  };
  const std::string before = "replaces = old\nprovides = awk=1\n";
  CHECK(why_not(before + "provides = sudo\n").empty());  // the first of its packages
  setup.pin(setup.a, "a-git");                           // approved
  CHECK(why_not(before + "provides = sudo\n").empty());
  SECTION("since it was published") {
    setup.ledger.own(
        names_of(setup.a, std::vector{setup.package("a-git", before), setup.package("a-libs")}));
    setup.pin(setup.a, "a-git");
  }
  SECTION("since an earlier version published it") {
    setup.repository->publish({setup.package("a-git", before), setup.package("a-libs")});
    setup.record(setup.a, "built", "a-libs");
    setup.record(setup.a, "built", "a-git");
    setup.ledger.give_up_names("a");
    pin_names(setup.ledger, setup.history, setup.repositories);
  }
  CHECK(why_not(before).empty());
  CHECK(why_not("replaces = old<2\nprovides = awk=2\nprovides = liba.so=1-64\nprovides = a=9\n"
                "replaces = a-libs\nprovides = a-git\n")
            .empty());
  CHECK(why_not(before, "a-split").empty());
  CHECK(why_not("provides = sudo=9\nprovides = glibc\n") ==
        "its package a-git now stands for sudo, glibc, which nothing did that it published before");
  CHECK(why_not("replaces = glibc\nprovides = sudo\n", "a-split") ==
        "its package a-split now replaces glibc, which nothing did that it published before");
  CHECK_FALSE(why_not("replaces = awk\n").empty());
  CHECK_FALSE(why_not("provides = old\n").empty());
  setup.a.owns = {"sudo"};
  CHECK_THAT(why_not("provides = sudo=9\nprovides = glibc\n"),
             ContainsSubstring("stands for glibc,"));
  setup.a.owns = {"sudo", "glibc"};
  CHECK(why_not("replaces = glibc\nprovides = sudo\n").empty());
}

TEST_CASE("what is added has no name that is somebody else's") {
  Setup setup;
  const auto refusal_of = [&](const std::string& first, const std::string& second) {
    std::vector<SeenTarget> added;
    for (const auto& [name, pkgname] : {std::pair("x", first), {"y", second}}) {
      auto target = Setup::target(name);
      auto package = std::make_shared<AurPackage>();
      package->name = name;
      target.aur = package;
      setup.known.push_back(target);
      added.push_back({target, {}, {}, pacman::SrcInfo()});
      added.back().srcinfo->packages.push_back({pkgname, {}, {}, {}});
    }
    try {
      expect_free_names(added, setup.owners());
    } catch (const UsageError& error) {
      return error.report();
    }
    return std::string();
  };
  setup.pin(setup.a, "taken");
  CHECK(refusal_of("x", "new").empty());
  CHECK_THAT(refusal_of("x", "sudo"), ContainsSubstring("cannot add 'y'") &&
                                          ContainsSubstring("the distribution's") &&
                                          ContainsSubstring("aur = \"y\" and owns = [\"sudo\"]"));
  CHECK_THAT(refusal_of("taken", "y"), ContainsSubstring("belongs to the target 'a'"));
  CHECK_THAT(refusal_of("same", "same"),
             ContainsSubstring("its package same is one of 'x' as well"));
}

TEST_CASE("the names of what is new are read out of a PKGBUILD that has no .SRCINFO to believe") {
  SeenTarget seen;
  seen.judged.after["PKGBUILD"].content = "_name=foo\npkgname=($_name \"${_name}-doc\" -x)\n";
  CHECK(seen.pkgnames() == std::vector<std::string>{"foo", "foo-doc"});
}
