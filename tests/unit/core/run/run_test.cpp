#include "core/run/run.hpp"

#include <vector>

#include "tests/catch.hpp"
#include "tests/unit/core/run/told.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a single target is built in one container, whatever it takes to know it") {
  FakeHost host;
  const auto target = host.target_of("a", {"1", {}, false, {}});
  const auto results = host.build({target});
  REQUIRE(words(results) == Names{"built"});
  CHECK(host.containers() == Names{"a"});
  CHECK(host.observer.steps == Names{"a: source", "a: create", "a: copy in", "a: inspect",
                                     "a: wait", "a: dependencies", "a: fetch", "a: seal",
                                     "a: build", "a: collect", "a: accept", "a: publish"});
  CHECK(host.observer.started == Names{"a"});
  CHECK(host.history.last("a")->status == Status::built);
  CHECK(words(host.build({target})) == Names{"up-to-date"});
  CHECK(host.containers().empty());
}

TEST_CASE("what is published already needs no container and no image, and is remembered") {
  FakeHost host;
  const auto target = host.target("a");
  host.publish("a");
  REQUIRE(words(host.build({target})) == Names{"up-to-date"});
  std::vector<fake::Call> asked;
  for (const auto& made : host.engine.calls()) asked.push_back(made.call);
  using enum fake::Call;  // leftovers are looked for, and nothing else is asked
  CHECK((asked == std::vector{list, list_networks, list_volumes}));
  const auto record = host.history.last_good("a");
  REQUIRE(record);
  CHECK(record->files.size() == 1);
  CHECK(record->commit.size() == 40);
}

TEST_CASE("a build that failed is not tried again until something changed") {
  FakeHost host;
  const auto lib = host.target("lib");
  auto app = host.target("app", {"depends = lib"});
  host.planning.conditions = "memory=1\n";
  host.fails["app"] = "build";
  CHECK(words(host.build({app, lib})) == Names{"failed", "built"});
  host.containers();
  const auto again = host.build({app, lib});
  CHECK(words(again) == Names{"failed", "up-to-date"});
  CHECK_THAT(again.front().why, ContainsSubstring("not tried again"));
  CHECK(again.front().exit_code == 4);
  CHECK(host.containers().empty());
  host.fails.clear();
  SECTION("its commit") {
    app = host.target_of("app", {"2", {"depends = lib"}, true, {}});
  }
  SECTION("what it depends on") {
    host.target_of("lib", {"2", {}, true, {}});
  }
  SECTION("the user asks for it") {
    host.planning.retry.always = true;
  }
  SECTION("its network") {
    app.network = true;
  }
  SECTION("a setting") {
    host.planning.conditions = "memory=2\n";
  }
  CHECK(words(host.build({app, lib})).front() == "built");
}

TEST_CASE("how each target stands is recorded, and nothing of what is no target any more") {
  FakeHost host;
  const auto lib = host.target("lib");
  const auto app = host.target("app", {"depends = lib"});
  host.fails["app"] = "build";
  host.build({app, lib});
  const auto states = host.history.states();
  REQUIRE(states.size() == 2);
  CHECK(states[0].status == Status::failed);
  CHECK(states[0].step == "build");
  CHECK(states[0].needs == Names{"lib"});
  REQUIRE(states[0].last_build);
  CHECK(states[0].last_build->version == "1-1");
  CHECK(states[1].version == "1-1");
  CHECK(host.history.last("lib")->files.at(0).size > 0);
  host.build({lib});
  REQUIRE(host.history.states().size() == 1);
  CHECK(host.history.states()[0].status == Status::up_to_date);
  CHECK(host.history.states()[0].attempted > states[1].attempted);
  CHECK(host.history.states()[0].since == states[1].since);
}

TEST_CASE("what was built and can't be accepted is not built again unchanged") {
  FakeHost host;
  const auto target = host.target("a");
  host.at_build = [](const std::string&, fake::ExecCall& call) {
    call.with_files([](const fake::NodePtr& root) {
      fake::put(root, std::string(builder::pkgdest) + "/readme", fake::make_file("x"));
    });
  };
  const auto first = host.build({target});
  REQUIRE(words(first) == Names{"failed"});
  CHECK(first[0].step == "accept");
  CHECK_THAT(first[0].why, ContainsSubstring("something that is no package file"));
  host.containers();
  const auto again = host.build({target});
  REQUIRE(words(again) == Names{"failed"});
  CHECK_THAT(again[0].why, ContainsSubstring("not tried again"));
  CHECK(host.containers().empty());
}

TEST_CASE("a PKGBUILD that ends makepkg is not asked again unchanged") {
  FakeHost host;
  const auto target = host.target_of("a", {"1", {}, false, {}});
  host.silent.insert("a");
  const auto first = host.build({target});
  REQUIRE(words(first) == Names{"failed"});
  CHECK(first[0].step == "inspect");
  CHECK(first[0].fault == Fault::target);
  host.containers();
  CHECK_THAT(host.build({target})[0].why, ContainsSubstring("not tried again"));
  CHECK(host.containers().empty());
}

TEST_CASE("packages that the engine didn't hand out are built again") {
  FakeHost host;
  const auto target = host.target("a");
  host.at_build = [&](const std::string&, fake::ExecCall&) {
    host.engine.fail_next(fake::Call::copy_out, RuntimeError(RuntimeError::Kind::lost, "gone"));
  };
  const auto first = host.build({target});
  REQUIRE(words(first) == Names{"failed"});
  CHECK(first[0].step == "collect");
  host.at_build = {};
  CHECK(words(host.build({target})) == Names{"built"});
}

TEST_CASE("a .SRCINFO that left out a package is found out when all is built") {
  FakeHost host;
  const auto target = host.target("a");
  host.makes_also["a"] = "a-data";
  const auto results = host.build({target});
  REQUIRE(words(results) == Names{"built"});
  CHECK(results.front().files.size() == 2);
  CHECK(count(host.observer.steps, "a: collect") == 1);
}

TEST_CASE("a version that moves between the fetch and the build is not published") {
  FakeHost host;
  const auto target = host.target_of("a", {"1", {}, false, {}});  // makepkg is asked
  host.makes_version["a"] = "2-1";
  const auto results = host.build({target});
  CHECK(words(results) == Names{"failed"});
  CHECK_THAT(results.front().why, ContainsSubstring("its version is 2-1, but was 1-1"));
  CHECK(host.held_versions["a"] == "1-1");
}

TEST_CASE("a version of which only a .SRCINFO tells may be another one") {
  FakeHost host;
  const auto target = host.target("a");
  host.makes_version["a"] = "2-1";
  CHECK(words(host.build({target})) == Names{"built"});
  CHECK(host.held_versions["a"] == "none");
}

TEST_CASE("processes that the engine counts for all containers are no target's fault") {
  FakeHost host;
  const bool counted = GENERATE(true, false);
  RuntimeInfo info;
  if (!counted) info.unenforceable_limits = {"memory", "pids"};
  host.engine.set_info(info, 1000);
  const auto target = host.target("a");
  host.fails["a"] = "build";
  host.exit_code = 254;
  const auto result = host.build({target}).front();
  CHECK(result.exit_code == (counted ? 254 : 0));
  CHECK_THAT(result.why, ContainsSubstring("no further process could be started"));
  const auto again = host.build({target}).front();
  // Only what is the target's fault is remembered.
  CHECK((again.why.find("not tried again") != std::string::npos) == counted);
}

TEST_CASE("an end that nobody knows of is no target's fault") {
  FakeHost host;
  const auto target = host.target("a");
  host.fails["a"] = "build";
  host.exit_code = 255;
  const auto result = host.build({target}).front();
  CHECK(result.exit_code == 255);
  CHECK(result.fault == Fault::elsewhere);
  CHECK_THAT(result.why, ContainsSubstring("don't know how a command ended"));
  host.fails.clear();
  CHECK(words(host.build({target})) == Names{"built"});
}

TEST_CASE("logs and records that are too old go at the end of a run that built something") {
  FakeHost host;
  host.keep_logs = std::chrono::hours(1);
  host.build({host.target("a")});
  const auto old = host.history.last("a")->log;
  std::filesystem::last_write_time(
      old, std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
  host.build({host.target("b")});
  CHECK(std::filesystem::exists(old));
  CHECK(words(host.build({host.target_of("a", {"2", {}, true, {}})})) == Names{"built"});
  CHECK_FALSE(std::filesystem::exists(old));
  CHECK(logs_of(host, "a") == 1);
}

namespace {

void lose(FakeHost& host, fake::Call call) {
  host.engine.fail_next(call, RuntimeError(RuntimeError::Kind::unreachable, "no engine"));
}

}  // namespace

TEST_CASE("without an engine, what needs none is done") {
  FakeHost host;
  const auto waiting = host.target("waiting");
  host.repository->down = true;
  REQUIRE(words(host.build({waiting})) == Names{"unpublished"});
  host.repository->down = false;
  const auto published = host.target("published");
  host.publish("published");
  lose(host, fake::Call::list);
  const auto results = host.build({waiting, published, host.target("new")});
  CHECK(words(results) == Names{"up-to-date", "up-to-date", "failed"});
  CHECK(host.observer.ended == Names{"waiting", "published", "new"});
  REQUIRE(host.obstacle);
  CHECK_THAT(host.obstacle->report(),
             ContainsSubstring("no engine") && ContainsSubstring("pkgkiln doctor"));
  CHECK(out_of_reach(results));
  CHECK_FALSE(host.history.last("new"));  // it is not to blame
  CHECK(words(host.build({waiting, published, host.target("new")})).back() == "built");
}

TEST_CASE("an engine that isn't needed isn't missed") {
  FakeHost host;
  const auto target = host.target("a");
  host.publish("a");
  lose(host, fake::Call::list);
  CHECK(words(host.build({target})) == Names{"up-to-date"});
  CHECK_FALSE(host.obstacle);
  CHECK(host.observer.notices.empty());
}

TEST_CASE("a builder image that can't be had keeps what needs one from being begun") {
  FakeHost host;
  lose(host, fake::Call::pull);
  const auto results = host.build({host.target("a")});
  CHECK(words(results) == Names{"failed"});
  CHECK(host.obstacle);
  CHECK(out_of_reach(results));
}

TEST_CASE("nothing is built for a repository that could not sign it, and others are") {
  FakeHost host;
  const auto published = host.target("published");
  host.publish("published");
  host.repository->locked = true;
  const auto root = host.directory.path() / "other";
  host.repositories.add(std::make_unique<LocalRepository>("other", root, machine_arch()));
  auto other = host.target("other");
  other.repository = "other";
  const auto results = host.build({published, host.target("a"), other, host.target("b")});
  CHECK(words(results) == Names{"up-to-date", "failed", "built", "failed"});
  CHECK(results[1].step == "sign");
  CHECK(results[1].why == "the key is locked");
  CHECK(results[1].build.empty());
  REQUIRE(host.obstacle);
  CHECK(host.obstacle->advice() == "unlock it");
  CHECK(out_of_reach(results));
  CHECK_FALSE(host.history.last("a"));
  // Nor is it missed where nothing is to be built.
  CHECK(words(host.build({published, other})) == Names{"up-to-date", "up-to-date"});
  CHECK_FALSE(host.obstacle);
}

TEST_CASE("repositories are mended at the start of each run") {
  FakeHost host;
  const auto target = host.target("a");
  host.publish("a");
  host.repository->mended = [] { return Names{"mended"}; };
  host.build({target});
  CHECK(host.observer.notices == Names{"mended"});
  host.repository->mended = []() -> Names { throw Error("cannot mend it"); };
  CHECK(words(host.build({target})) == Names{"up-to-date"});
  REQUIRE(host.obstacle);
  CHECK_THAT(host.obstacle->report(), ContainsSubstring("cannot mend it"));
}

TEST_CASE("an engine that is lost in the middle is not the target's fault") {
  FakeHost host;
  host.at_build = [](const std::string&, fake::ExecCall&) {
    throw RuntimeError(RuntimeError::Kind::lost, "it has hung");
  };
  const auto target = host.target("a");
  const auto results = host.build({target});
  CHECK(words(results) == Names{"failed"});
  CHECK(out_of_reach(results));
  host.at_build = {};
  CHECK(words(host.build({target})) == Names{"built"});
}

TEST_CASE("a failure of a target's own is not one of what is out of reach") {
  FakeHost host;
  host.fails["a"] = "build";
  const auto results = host.build({host.target("a")});
  CHECK(words(results) == Names{"failed"});
  CHECK_FALSE(out_of_reach(results));
}

TEST_CASE("whoever watches a build and fails costs no build") {
  FakeHost host;
  host.observer.on_step = [](const std::string&) { throw std::runtime_error("closed"); };
  CHECK(words(host.build({host.target("a"), host.target("b")})) == Names{"built", "built"});
}

TEST_CASE("a log that can't be written costs no build, and is told") {
  FakeHost host;
  const auto target = host.target("a");
  write_file_atomically(host.state.logs() / "a", "in the way of a directory");
  CHECK(words(host.build({target})) == Names{"built"});
  CHECK(std::any_of(host.observer.notices.begin(), host.observer.notices.end(),
                    [](const std::string& notice) {
                      return notice.starts_with("the log of 'a' could not all be written: ");
                    }));
}

TEST_CASE("a run removes the mirrors of earlier versions") {
  FakeHost host;
  const auto target = host.target("a");
  test::write(host.state.mirrors() / "a" / "HEAD", "ref: refs/heads/main\n");
  host.build({target});
  CHECK_FALSE(std::filesystem::exists(host.state.mirrors() / "a"));
  CHECK(std::filesystem::exists(host.state.mirrors() / PackagingSources::directory_of(target)));
}

TEST_CASE("a build has the time of its commit, at every step and again") {
  FakeHost host;
  auto target = host.target_of("foo", {"1", {}, false, {}});
  std::vector<std::string> times;
  host.at_inspect = [&](fake::ExecCall& call) { times.push_back(call.env["SOURCE_DATE_EPOCH"]); };
  host.at_build = [&](const std::string&, fake::ExecCall& call) {
    times.push_back(call.env["SOURCE_DATE_EPOCH"]);
  };
  host.build({target});
  target.force = true;
  host.build({target});
  REQUIRE(times.size() >= 3);
  CHECK(times == std::vector<std::string>(times.size(), "1700000000"));
}

TEST_CASE("a package's record has the approval of the commit that was built, and no other") {
  FakeHost host;
  const auto approve = [&] {
    Approval approval;
    approval.target = "foo";
    approval.how = "plain";
    approval.by = "pkgkiln";
    approval.commit = test::git(host.directory.path() / "up/foo", {"rev-parse", "HEAD"});
    host.ledger.approve(approval);
  };
  const auto approval_of = [&](const Target& target) {
    host.build({target});
    const auto file = host.history.last("foo")->files.front().file_name + ".intoto.jsonl";
    const auto record = read_file(host.repository->directory() / file);
    const auto begin = record.find("\"approval\"");
    return begin == std::string::npos ? "" : record.substr(begin, 43);
  };
  CHECK(approval_of(host.target_of("foo", {"1", {}, true, {}})).empty());
  const auto approved = host.target_of("foo", {"2", {}, true, {}});
  approve();
  CHECK(approval_of(approved) == R"("approval":{"how":"plain","by":"pkgkiln","a)");
  CHECK(approval_of(host.target_of("foo", {"3", {}, true, {}})).empty());
}
