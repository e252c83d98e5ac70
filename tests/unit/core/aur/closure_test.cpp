#include "core/aur/closure.hpp"

#include <algorithm>

#include "core/aur/targets.hpp"
#include "core/base/file.hpp"
#include "core/pkgbuild/srcinfo.hpp"
#include "core/run/selection.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/aur/scripted_aur.hpp"
#include "tests/unit/core/package/sample_package.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

struct NeededTargets {
  scripted::Aur there;
  TempDir dir;
  std::string url = there.url();
  std::vector<std::string> names{"app"};
  std::vector<Target> own;
  aur::Closure::Chosen chosen;
  aur::Closure::Recipe recipe;
  std::vector<OwnedName> owned;
  bool knows_distribution = true;
  Listed listed;

  NeededTargets() {
    test::write_database(dir.path() / "core.db",
                         {{"glibc", "2.40-1", "%PROVIDES%\nlibc.so=6-64\n\n"},
                          {"cmake", "3.30-1"},
                          {"sudo", "1.9-1"},
                          {"jdk", "21-1", "%PROVIDES%\njava=21\n\n"}});
  }
  void add(const std::string& name, const std::string& depends, const std::string& more = "",
           const std::string& base = "") {
    there.add(name, "\"Depends\":[" + depends + "]" + (more.empty() ? "" : "," + more), base);
  }
  /// As a run of its own: the targets, each with what it needs.
  std::string list() {
    Target common;
    common.repository = "kiln";
    common.origin = "pkgkiln.toml:3";
    aur::Targets::Needs needs{[this]() -> std::optional<pacman::Distribution> {
                                if (!knows_distribution) return std::nullopt;
                                return pacman::Distribution::read("image",
                                                                  {dir.path() / "core.db"});
                              },
                              chosen, recipe, [this] { return owned; }};
    std::vector<std::unique_ptr<TargetSource>> sources;
    sources.push_back(std::make_unique<ConfiguredTargets>("pkgkiln.toml", own));
    sources.push_back(std::make_unique<aur::Targets>(
        std::vector<aur::Targets::Request>{{common, names}},
        aur::Directory::Settings{url, 5'000, dir.path() / "aur", true}, std::move(needs), kNever,
        scripted::Aur::impatience()));
    listed = list_targets(sources, "x86_64");
    std::string text;
    for (const auto& target : listed.targets) {
      text += target.name;
      for (const auto& need : target.needs) text += " " + need;
      text += "; ";
    }
    return text;
  }
  std::string problem() const {
    return listed.problems.size() == 1 ? listed.problems.front()
                                       : std::to_string(listed.problems.size());
  }
  std::size_t requests(const std::string& path) {
    const auto asked = there.asked();
    return static_cast<std::size_t>(std::ranges::count_if(
        asked, [&](const auto& request) { return request.path().starts_with(path); }));
  }
};

}  // namespace

TEST_CASE("what a target needs and nothing else has becomes a target") {
  NeededTargets setup;
  setup.add("app", R"("glibc","lib-b>=1","libc.so=6-64")", R"("MakeDepends":["cmake","tool-a"])");
  setup.add("lib-b", R"("lib-c")", R"("CheckDepends":["tool-a"])");
  setup.add("lib-c", R"("glibc")");
  setup.add("tool-a", "");
  CHECK(setup.list() == "app lib-b tool-a; lib-b tool-a lib-c; tool-a; lib-c; ");
  CHECK(setup.listed.problems.empty());
  CHECK_FALSE(setup.listed.is_partial);
  const auto& needed = setup.listed.targets[1];
  CHECK(needed.needed_by == "app");
  CHECK(needed.origin == "needed by app (aur: lib-b)");
  CHECK(needed.url == setup.url + "/lib-b.git");
  CHECK(needed.repository == "kiln");
  REQUIRE(needed.aur);
  CHECK(needed.aur->name == "lib-b");
  CHECK(setup.listed.targets[0].needed_by.empty());
  SECTION("and is asked for together with all else from the second run on") {
    setup.there.forget();
    CHECK(setup.list() == "app lib-b tool-a; lib-b tool-a lib-c; tool-a; lib-c; ");
    CHECK(setup.there.asked().size() == 1);
  }
  SECTION("and stays one while the AUR is out of reach") {
    setup.there.stop();
    CHECK(setup.list() == "app lib-b tool-a; lib-b tool-a lib-c; tool-a; lib-c; ");
    CHECK(setup.listed.targets[1].aur_is_former);
    CHECK(setup.listed.is_partial);
  }
  SECTION("and is built with the target that is named") {
    setup.names = {"app", "lib-c"};
    setup.list();
    const auto selected = select_targets(setup.listed.targets, {"app"});
    std::string text;
    for (const auto& target : selected) text += target.name + " ";
    CHECK(text == "app lib-b tool-a ");  // lib-c is the user's own choice now
  }
}

TEST_CASE("packages of one package base are one target, also where they need each other") {
  NeededTargets setup;
  setup.add("app", R"("split-lib","split-tool")");
  setup.add("split-lib", R"("split-tool")", "", "split");
  setup.add("split-tool", R"("split-lib","deep")", "", "split");
  setup.add("deep", "");
  CHECK(setup.list() == "app split; split deep; deep; ");
}

TEST_CASE("targets that need each other are listed once") {
  NeededTargets setup;
  setup.add("app", R"("egg")");
  setup.add("egg", R"("hen")");
  setup.add("hen", R"("egg","app")");
  CHECK(setup.list() == "app egg; egg hen; hen app egg; ");
}

TEST_CASE("what another target has is not taken from the AUR") {
  NeededTargets setup;
  setup.add("app", R"("own","listed","mine")");
  setup.add("own", "");
  setup.add("mine", "");
  setup.own.emplace_back();
  setup.own[0].name = "own";
  setup.own[0].url = "https://git.example.com/own.git";
  setup.own[0].repository = "kiln";
  setup.own[0].owns = {"listed"};
  SECTION("for the same repository") {
    CHECK(setup.list() == "own; app own mine; mine; ");
  }
  SECTION("but what is for another can't be installed from there") {
    setup.own[0].repository = "other";
    setup.own[0].owns.clear();
    setup.add("app", R"("own")");
    CHECK(setup.list() == "own; app own@kiln; own@kiln; ");
  }
  SECTION("not even where that target names the AUR by its URL") {
    setup.own[0].name = "renamed";
    setup.own[0].url = setup.url + "/own.git";
    setup.own[0].owns = {};
    setup.add("app", R"("own")");
    CHECK(setup.list() == "renamed; app renamed; ");
  }
}

TEST_CASE("what another target published before is not taken from the AUR") {
  NeededTargets setup;
  setup.add("app", R"("lib-b>=2","virtual=1")");
  setup.add("lib-b", "");
  setup.add("one", "", R"("Provides":["virtual=1"])");
  setup.own.emplace_back();
  setup.own[0].name = "libs";
  setup.own[0].url = "https://git.example.com/libs.git";
  setup.own[0].repository = "kiln";
  const auto publishes = [&](const std::string& repository, const std::string& target) {
    setup.owned = {{repository, "lib-a", target, "", {}, Pretensions{{}, {"virtual=1", "java=99"}}},
                   {repository, "lib-b", target, "", {}}};
  };
  SECTION("whatever it is called there") {
    publishes("kiln", "libs");
    CHECK(setup.list() == "libs; app libs; ");
  }
  SECTION("unless that is for another repository") {
    publishes("other", "libs");
    setup.add("app", R"("lib-b")");
    CHECK(setup.list() == "libs; app lib-b; lib-b; ");
  }
  SECTION("or that target is listed no more") {
    publishes("kiln", "former");
    setup.add("app", R"("lib-b")");
    CHECK(setup.list() == "libs; app lib-b; lib-b; ");
  }
  SECTION("but what the distribution has a name for is the distribution's") {
    publishes("kiln", "libs");
    setup.there.add("jdk-new", R"("Provides":["java=99"])");
    setup.add("app", R"("jdk>=99")");
    CHECK(setup.list() == "libs; app; ");
    CHECK_THAT(setup.problem(), ContainsSubstring("the distribution has jdk 21-1"));
  }
}

TEST_CASE("of a split package all counts that building it needs") {
  NeededTargets setup;
  // What its package() functions override the AUR doesn't tell, nor what others of it need.
  setup.names = {"split-tool"};
  setup.add("split-tool", R"("glibc")", "", "split");
  setup.add("for-all", "");
  setup.add("for-another", "");
  setup.recipe = [](const Target&) -> std::optional<std::vector<std::string>> {
    return pacman::SrcInfo::parse(
               "pkgbase = split\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\n"
               "\tdepends = for-all\n\npkgname = split-tool\n\tdepends = glibc\n\n"
               "pkgname = split-lib\n\tdepends = for-another\n",
               "x86_64")
        .build_dependencies();
  };
  CHECK(setup.list() == "split for-all for-another; for-all; for-another; ");
}

TEST_CASE("what the distribution has under a name is never taken from the AUR") {
  NeededTargets setup;
  setup.add("sudo", "");
  setup.add("fake", "", R"("Provides":["sudo=9","java=99"])");
  setup.names = {"app", "fake"};
  SECTION("where it satisfies the need") {
    setup.add("app", R"("sudo","java>=17")");
    CHECK(setup.list() == "app; fake; ");
  }
  SECTION("where it does not") {
    setup.add("app", R"("sudo>=9")");
    CHECK(setup.list() == "app; fake; ");
    CHECK_THAT(setup.problem(), ContainsSubstring("'app' needs 'sudo>=9', but the distribution has "
                                                  "sudo 1.9-1"));
  }
}

TEST_CASE("a version that the AUR does not have is told") {
  NeededTargets setup;
  setup.add("lib", "");
  SECTION("of a release") {
    setup.add("app", R"("lib>=2")");
    CHECK(setup.list() == "app; ");
    CHECK_THAT(setup.problem(), ContainsSubstring("'lib>=2', but the AUR has lib 1.0-1"));
  }
  SECTION("but of what follows a VCS it isn't known") {
    setup.add("lib-git", "");
    setup.add("app", R"("lib-git>=2")");
    CHECK(setup.list() == "app lib-git; lib-git; ");
  }
}

TEST_CASE("a package that provides what there is no package of") {
  NeededTargets setup;
  setup.add("app", R"("virtual>=2")");
  setup.add("old", "", R"("Provides":["virtual=1"])");
  setup.add("one", "", R"("Provides":["virtual=2"])");
  SECTION("is taken if it is the only one") {
    CHECK(setup.list() == "app one; one; ");
    SECTION("and is looked for once a day") {
      setup.there.forget();
      CHECK(setup.list() == "app one; one; ");
      CHECK(setup.there.asked().size() == 1);
    }
  }
  SECTION("or all of them are of one package base") {
    setup.add("one-bis", "", R"("Provides":["virtual=3"])", "one");
    CHECK(setup.list() == "app one; one; ");
  }
  SECTION("is the user's choice if there are several") {
    setup.add("two", "", R"("Provides":["virtual=3"])");
    CHECK(setup.list() == "app; ");
    CHECK_THAT(setup.problem(), ContainsSubstring("'virtual>=2', but several packages") &&
                                    ContainsSubstring("one, two;") &&
                                    ContainsSubstring("aur.providers, as in \"virtual=one\""));
    SECTION("by the setting") {
      setup.chosen["virtual"] = "two";
      CHECK(setup.list() == "app two; two; ");
    }
    SECTION("or by listing it") {
      setup.names.emplace_back("two");
      CHECK(setup.list() == "app two; two; ");
    }
    SECTION("which has to be there") {
      setup.chosen["virtual"] = "none";
      setup.list();
      CHECK_THAT(setup.problem(), ContainsSubstring("'none', which is not in the AUR"));
    }
  }
}

TEST_CASE("what nobody has is a problem that names who needs it") {
  NeededTargets setup;
  setup.add("app", R"("lib")");
  setup.add("lib", R"("gone>=1")");
  CHECK(setup.list() == "app lib; lib; ");
  CHECK_THAT(setup.problem(), ContainsSubstring("needed by app (aur: lib): 'lib' needs 'gone>=1'"));
}

TEST_CASE("what was there and is gone is told, since what is published of it may do") {
  NeededTargets setup;
  setup.add("app", R"("lib")");
  setup.add("lib", "");
  setup.list();
  setup.there.remove("lib");
  for (int run = 0; run < 2; ++run) {
    CHECK(setup.list() == "app; ");
    CHECK(setup.listed.problems.empty());
    REQUIRE(setup.listed.notices.size() == 1);
    CHECK_THAT(setup.listed.notices[0], ContainsSubstring("'app' needs 'lib', which is gone"));
  }
}

TEST_CASE("nothing is looked for before it is known what the distribution has") {
  NeededTargets setup;
  setup.add("app", R"("lib")");
  setup.add("lib", "");
  setup.knows_distribution = false;
  CHECK(setup.list() == "app; ");
  REQUIRE(setup.listed.notices.size() == 1);
  CHECK_THAT(setup.listed.notices[0], ContainsSubstring("pkgkiln build"));
  CHECK(setup.listed.is_partial);
}

TEST_CASE("a chain of packages is found, and next time by one request") {
  NeededTargets setup;
  setup.names = {"p0"};
  for (int i = 0; i < 50; ++i)
    setup.add("p" + std::to_string(i), i < 49 ? "\"p" + std::to_string(i + 1) + "\"" : "");
  setup.list();
  CHECK(setup.listed.targets.size() == 50);
  setup.there.forget();
  setup.list();
  CHECK(setup.listed.targets.size() == 50);
  CHECK(setup.there.asked().size() == 1);
}

TEST_CASE("what only other architectures need is no need where the recipe tells them apart") {
  NeededTargets setup;
  setup.add("app", R"("lib","arm-lib","never-there")");
  setup.add("lib", "");
  setup.add("arm-lib", "");
  CHECK(setup.list() == "app arm-lib lib; arm-lib; lib; ");
  CHECK(setup.listed.problems.size() == 1);
  int read = 0;
  setup.recipe = [&](const Target& target) -> std::optional<std::vector<std::string>> {
    if (target.name != "app") return std::nullopt;
    ++read;
    return std::vector<std::string>{"lib>=1", "glibc"};
  };
  CHECK(setup.list() == "app lib; lib; ");
  CHECK(setup.listed.problems.empty());
  SECTION("and it is read once") {
    setup.list();
    CHECK(setup.list() == "app lib; lib; ");
    CHECK(read == 1);
  }
  SECTION("until somebody pushes") {
    setup.add("app", R"("lib")", R"("LastModified":1600000001)");
    setup.list();
    CHECK(read == 2);
  }
}

TEST_CASE("no recipe is read of what needs nothing but the distribution") {
  NeededTargets setup;
  setup.add("app", R"("glibc","cmake>=3")");
  setup.recipe = [](const Target&) -> std::optional<std::vector<std::string>> {
    FAIL("it was read");
    return std::nullopt;
  };
  CHECK(setup.list() == "app; ");
}

TEST_CASE("a package that needs thousands of names does not use up the requests of the day") {
  NeededTargets setup;
  std::string depends;
  for (int i = 0; i < 1'000; ++i)
    depends += (depends.empty() ? "\"none" : ",\"none") + std::to_string(i) + "\"";
  setup.add("app", depends);
  setup.list();
  CHECK(setup.requests("/rpc/v5/search/") == 200);
  CHECK(setup.requests("/rpc/v5/info") == 2);
  CHECK(setup.listed.problems.size() == 21);
}

TEST_CASE("what was needed is remembered while it is not known what the distribution has") {
  NeededTargets setup;
  setup.add("app", R"("lib")");
  setup.add("lib", "");
  setup.list();
  setup.knows_distribution = false;
  setup.list();
  setup.knows_distribution = true;
  setup.there.stop();
  CHECK(setup.list() == "app lib; lib; ");
}
