#include "cli/json.hpp"

#include <rapidjson/document.h>

#include "tests/catch.hpp"

using namespace pkgkiln;

namespace {

/// The only target of a document.
rapidjson::Document only_target(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  REQUIRE_FALSE(document.HasParseError());
  REQUIRE(document["targets"].Size() == 1);
  rapidjson::Document target;
  target.CopyFrom(document["targets"][0], target.GetAllocator());
  return target;
}

std::string text(const rapidjson::Value& object, const char* name) {
  return object[name].GetString();
}

Job job_of(decltype(Plan::decision) decision) {
  Job job{{}, {}, {std::move(decision), "refs/heads/main", "c0ffee"}};
  job.target.name = "foo";
  job.target.repository = "repo";
  return job;
}

}  // namespace

TEST_CASE("a plan as JSON has its decision and what that was made by") {
  auto job = job_of(Build{"it was never built here"});
  job.plan.evidence = {{"refs/heads/main", "at c0ffee"}};
  job.target.needed_by = "bar";
  const auto target = only_target(cli::plans_json({job}));
  CHECK(text(target, "target") == "foo");
  CHECK(text(target, "repository") == "repo");
  CHECK(text(target, "decision") == "build");
  CHECK(text(target, "why") == "it was never built here");
  CHECK(text(target, "commit") == "c0ffee");
  CHECK(text(target, "needed_by") == "bar");
  REQUIRE(target["evidence"].Size() == 1);
  CHECK(text(target["evidence"][0], "what") == "refs/heads/main");
  CHECK(text(target["evidence"][0], "found") == "at c0ffee");
}

TEST_CASE("every decision has a word of its own in JSON") {
  CHECK(text(only_target(cli::plans_json({job_of(Skip{"x"})})), "decision") == "up-to-date");
  const auto failed = only_target(
      cli::plans_json({job_of(Unplannable{"source", Error("no host").advise("check it")})}));
  CHECK(text(failed, "decision") == "failed");
  CHECK(text(failed, "step") == "source");
  CHECK(text(failed, "hint") == "check it");
}

TEST_CASE("JSON tells what holds a target, and what only waits") {
  const auto held = only_target(cli::plans_json({job_of(Hold{{"first", "age"}, "first, age"})}));
  CHECK(text(held, "decision") == "held");
  CHECK(text(held, "why") == "first, age");
  REQUIRE(held["rules"].Size() == 2);
  CHECK(held["rules"][0] == "first");
  CHECK(text(only_target(cli::plans_json({job_of(Hold{{}, "x", true})})), "decision") ==
        "deferred");
  BuildRecord record;
  record.status = Status::held;
  record.rules = {"first"};
  record.is_newly_held = true;
  const auto result = only_target(cli::results_json({record}));
  CHECK(text(result, "status") == "held");
  CHECK(result["rules"][0] == "first");
  CHECK(result["newly_held"].GetBool());
}

TEST_CASE("JSON tells a change that is not published") {
  CHECK_FALSE(only_target(cli::plans_json({job_of(Skip{"x"})}))["unpublished_change"].GetBool());
  CHECK(
      only_target(cli::plans_json({job_of(Skip{"x", {}, "ab"})}))["unpublished_change"].GetBool());
  BuildRecord result;
  CHECK_FALSE(only_target(cli::results_json({result}))["unpublished_change"].GetBool());
  result.built_from = "ab";
  CHECK(only_target(cli::results_json({result}))["unpublished_change"].GetBool());
}

TEST_CASE("a result as JSON has the files and the times of the steps") {
  BuildRecord result;
  result.target = "foo";
  result.status = Status::built;
  result.files = {{"foo-1-1-any.pkg.tar.zst", "00"}};
  result.log = "/logs/foo";
  result.steps = {{"fetch", std::chrono::milliseconds(1'250)}};
  const auto target = only_target(cli::results_json({result}));
  CHECK(text(target, "status") == "built");
  CHECK(text(target, "log") == "/logs/foo");
  CHECK(std::string(target["files"][0].GetString()) == "foo-1-1-any.pkg.tar.zst");
  CHECK(text(target["steps"][0], "step") == "fetch");
  CHECK(target["steps"][0]["seconds"].GetDouble() == 1.25);
}

TEST_CASE("what a PKGBUILD printed stays text in JSON") {
  BuildRecord result;
  result.why = "\"},\x01\xff\u202e\u009bä{\n";
  result.step = "\xed\xa0\x80";
  const auto json = cli::results_json({result});
  const auto target = only_target(json);
  CHECK(text(target, "why") == "\"},\\x01\\xff\\u202e\\u009bä{");
  CHECK(text(target, "step") == "\\xed\\xa0\\x80");
}

TEST_CASE("packages of the AUR as JSON have what the AUR says, and what to think of") {
  AurPackage package;
  package.name = "foo-bin";
  package.base = "foo";
  package.depends = {"a>=1"};
  package.votes = 41;
  const auto json = cli::packages_json({package});
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  REQUIRE_FALSE(document.HasParseError());
  const auto& shown = document["packages"][0];
  CHECK(text(shown, "name") == "foo-bin");
  CHECK(text(shown, "base") == "foo");
  CHECK(text(shown, "maintainer").empty());
  CHECK(shown["votes"].GetInt() == 41);
  CHECK(std::string(shown["depends"][0].GetString()) == "a>=1");
  CHECK(shown["warnings"].Size() == 1);
}

TEST_CASE("what is added and removed is told to programs") {
  SeenTarget seen;
  seen.target.name = "foo";
  seen.target.repository = "r";
  seen.target.aur = std::make_shared<AurPackage>();
  seen.tip.commit = "abc";
  const auto parsed = [](const std::string& json) {
    rapidjson::Document document;
    document.Parse(json.data(), json.size());
    REQUIRE_FALSE(document.HasParseError());
    return document;
  };
  const auto added = parsed(cli::new_targets_json({seen}, true, "/c.toml"));
  CHECK(text(added["packages"][0], "target") == "foo");
  CHECK(text(added["packages"][0], "commit") == "abc");
  CHECK(added["added"].GetBool());
  CHECK(text(added, "config") == "/c.toml");
  const auto removed = parsed(cli::removed_json({"foo"}, "/c.toml"));
  CHECK(text(removed["targets"][0], "target") == "foo");
}

TEST_CASE("a schedule as JSON has times in seconds, and what is due") {
  const auto at = std::chrono::system_clock::from_time_t;
  const auto target =
      only_target(cli::schedule_json({{"foo", "@daily", at(1'000), at(3'000)}}, at(2'000)));
  CHECK(text(target, "target") == "foo");
  CHECK(text(target, "schedule") == "@daily");
  CHECK(target["attempted"].GetInt64() == 1'000);
  CHECK(target["next"].GetInt64() == 3'000);
  CHECK_FALSE(target["due"].GetBool());
  const auto never =
      only_target(cli::schedule_json({{"foo", "", std::nullopt, at(2'000)}}, at(2'000)));
  CHECK(never["attempted"].GetInt64() == 0);
  CHECK(never["due"].GetBool());
}
