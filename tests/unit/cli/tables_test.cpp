#include "cli/tables.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a table's columns are as wide as their widest cell") {
  CHECK(cli::table({{"a", "bcd", "e"}, {"ünï", "f", "g"}}) == "a    bcd  e\nünï  f    g\n");
  CHECK(cli::table({{"evil\x1b[2J", "x"}}) == "evil\\x1b[2J  x\n");
}

TEST_CASE("a plan says what and why") {
  Job build{{}, {}, {Build{"it was never built here"}}};
  build.target.name = "foo";
  Job lost{{}, {}, {Unplannable{"source", Error("no answer").advise("try again")}}};
  lost.target.name = "lost";
  CHECK(cli::plan_table({build, lost}) ==
        "foo   build   it was never built here\nlost  failed  no answer\n");
}

TEST_CASE("an explained plan shows what it was made by, a line each") {
  Job job{{}, {}, {Build{"it moved"}}};
  job.target.name = "foo";
  job.plan.evidence = {{"refs/heads/main", "at c0ffee"}, {"evil\x1b[2J", "gone\n"}};
  CHECK(cli::plan_explanation({job}) ==
        "foo: build: it moved\n  refs/heads/main: at c0ffee\n  evil\\x1b[2J: gone\n");
}

TEST_CASE("a schedule's table says what is due, and what was never tried") {
  const auto now = std::chrono::system_clock::from_time_t(1'800'000'000);
  const std::string text =
      cli::schedule_table({{"new", "@daily", std::nullopt, now},
                           {"later", "0 3 * * *", now, now + std::chrono::hours(1)}},
                          now);
  CHECK_THAT(text, ContainsSubstring("new    @daily     never             due\n"));
  CHECK(text.substr(text.find("later")).find("due") == std::string::npos);
  CHECK_THAT(text, ContainsSubstring("later  0 3 * * *  2027-01-1"));
}

TEST_CASE("targets are shown without credentials") {
  Target target;
  target.name = "foo";
  target.repository = "repo";
  target.url = "https://user:secret@example.org/foo.git";
  target.branch = "main";
  const auto text = cli::targets_table({target});
  CHECK(text.find("secret") == std::string::npos);
  CHECK_THAT(text, ContainsSubstring("example.org/foo.git branch main"));
}

namespace {

constexpr std::int64_t kNow = 1'700'000'000;

AurPackage well_known() {
  AurPackage package;
  package.name = "foo-bin";
  package.base = "foo";
  package.version = "1.0-1";
  package.description = "what it is";
  package.maintainer = package.submitter = "ada";
  package.votes = 41;
  package.first_submitted = kNow - 800 * 86'400;
  package.last_modified = kNow - 7'200;
  return package;
}

}  // namespace

TEST_CASE("what is held is a line each, with what it is needed by") {
  const std::chrono::system_clock::time_point since{std::chrono::seconds(1'000'000)};
  const std::vector<Held> held{
      {"lumen", "77aa00112233", "1-1", "2-1", {"maintainer", "first"}, since, ""},
      {"new", "4ab12cd55566", "", "", {"first"}, since, "lumen"}};
  CHECK(cli::held_table(held, 1'000'000 + 7'200) ==
        "NAME   FROM -> TO  SINCE  WHY\n"
        "lumen  1-1 -> 2-1  2 h    maintainer, first\n"
        "new    4ab12cd     2 h    first (needed by lumen)\n");
  CHECK(cli::held_table({}, 0).empty());
}

TEST_CASE("packages of the AUR are a line each, with what to choose by") {
  auto orphan = well_known();
  orphan.name = "bar";
  orphan.maintainer.clear();
  orphan.out_of_date = kNow;
  CHECK(cli::packages_table({well_known(), orphan}, kNow) ==
        "foo-bin  1.0-1        41 votes  2 h ago  ada       what it is\n"
        "bar      1.0-1 (old)  41 votes  2 h ago  (orphan)  what it is\n");
}

TEST_CASE("what is added is shown with who stands behind it") {
  auto package = well_known();
  package.maintainer.clear();
  SeenTarget seen;
  seen.target.name = "foo";
  seen.target.needed_by = "bar";
  seen.target.aur = std::make_shared<AurPackage>(package);
  seen.tip.commit = std::string(40, 'a');
  seen.judged.told = {"strange \x1b"};
  seen.judged.barred = "this commit was denied";
  seen.warnings = {"nobody maintains it: it is an orphan"};
  CHECK(
      cli::new_targets_table({seen}, kNow) ==
      "NAME  VERSION  MAINTAINER  VOTES  POPULARITY  SUBMITTED  LAST PUSH  COMMIT      NEEDED BY\n"
      "foo   1.0-1    (orphan)    41     0.00        2 y ago    2 h ago    aaaaaaaaaa  bar\n"
      "told: foo: strange \\x1b\n"
      "warning: foo: this commit was denied\n"
      "warning: foo: nobody maintains it: it is an orphan\n");
}

TEST_CASE("all of a package of the AUR is shown, but for what it doesn't have") {
  auto package = well_known();
  package.depends = {"a", "b>=2"};
  package.co_maintainers = {"bob"};
  const auto text = cli::package_details(package, "pkgkiln.toml:3", kNow);
  for (const auto* line :
       {"package base    foo\n", "listed in       pkgkiln.toml:3\n", "co-maintainers  bob\n",
        "submitted       2021-09-05 22:13 UTC (2 y ago)\n", "depends         a b>=2\n",
        "last push       2023-11-14 20:13 UTC (2 h ago)\n",
        "votes           41, popularity 0.00\n"})
    CHECK_THAT(text, ContainsSubstring(line));
  CHECK_THAT(text, !ContainsSubstring("warning") && !ContainsSubstring("out of date") &&
                       !ContainsSubstring("conflicts"));
}

TEST_CASE("ages are told in the largest fitting unit") {
  CHECK(cli::age_text(-5) == "0 min");
  CHECK(cli::age_text(3'599) == "59 min");
  CHECK(cli::age_text(2 * 86'400 - 1) == "47 h");
  CHECK(cli::age_text(3 * 86'400) == "3 d");
  CHECK(cli::age_text(std::int64_t{800} * 86'400) == "2 y");
}

TEST_CASE("what to think of before a package of the AUR is built is said") {
  auto package = well_known();
  CHECK(warnings_about(package, kNow).empty());
  const auto only = [&] {
    const auto all = warnings_about(package, kNow);
    return all.size() == 1 ? all.front() : std::to_string(all.size());
  };
  SECTION("an orphan") {
    package.maintainer.clear();
    CHECK_THAT(only(), ContainsSubstring("orphan"));
  }
  SECTION("somebody else's, pushed to lately") {
    package.maintainer = "mallory";
    CHECK_THAT(only(), ContainsSubstring("mallory maintains it, but did not submit it"));
    package.last_modified = kNow - 31 * 86'400;
    CHECK(warnings_about(package, kNow).empty());
  }
  SECTION("a new one") {
    package.first_submitted = kNow - 29 * 86'400;
    CHECK_THAT(only(), ContainsSubstring("submitted within the last 30 days"));
  }
  SECTION("with few votes") {
    package.votes = 9;
    CHECK_THAT(only(), ContainsSubstring("fewer than 10 votes"));
  }
  SECTION("out of date") {
    package.out_of_date = kNow;
    CHECK_THAT(only(), ContainsSubstring("out of date"));
  }
}

TEST_CASE("a tree shows what targets need, each once, and circles in full") {
  std::vector<Target> targets(5);
  const std::vector<std::pair<const char*, std::vector<std::string>>> needs{
      {"app", {"lib", "tool"}},
      {"lib", {"base", "hen"}},
      {"tool", {"lib"}},
      {"base", {}},
      {"hen", {"lib"}}};
  for (std::size_t i = 0; i < needs.size(); ++i) {
    targets[i].name = needs[i].first;
    targets[i].needs = needs[i].second;
    if (i > 0) targets[i].needed_by = "app";
  }
  CHECK(cli::targets_tree(targets, {}) ==
        "app\n"
        "|-- lib\n"
        "|   |-- base\n"
        "|   `-- hen\n"
        "|       `-- lib (a circle: lib -> hen -> lib)\n"
        "`-- tool\n"
        "    `-- lib (see above)\n");
  CHECK(cli::targets_tree(targets, {"base"}) == "base\n");
}
