#include <fstream>
#include <rapidjson/document.h>
#include <rapidjson/istreamwrapper.h>
#include <rapidjson/pointer.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include "cli/json.hpp"
#include "cli/review.hpp"
#include "cli/state_json.hpp"
#include "core/notify/message.hpp"
#include "tests/catch.hpp"
#include "tests/source_dir.hpp"
#include "tests/unit/core/journal/records.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using test::full_record;

namespace {

/// Lets the schema refuse members that it doesn't describe, which it allows for later versions.
void make_strict(rapidjson::Value& schema, rapidjson::Document::AllocatorType& allocator) {
  if (schema.IsArray())
    for (auto& one : schema.GetArray()) make_strict(one, allocator);
  if (!schema.IsObject()) return;
  for (rapidjson::SizeType i = 0; i < schema.MemberCount(); ++i)
    make_strict((schema.MemberBegin() + i)->value, allocator);
  if (schema.HasMember("type") && schema["type"] == "object")
    schema.AddMember("additionalProperties", false, allocator);
}

/// Where the document is not what the definition says; empty if it is.
std::string problem_of(const std::string& text, const char* definition) {
  std::ifstream file(test::source_dir() / "contrib" / "pkgkiln.schema.json");
  rapidjson::IStreamWrapper stream(file);
  rapidjson::Document all;
  REQUIRE_FALSE(all.ParseStream(stream).HasParseError());
  REQUIRE(all["definitions"].HasMember(definition));
  make_strict(all["definitions"], all.GetAllocator());
  const auto reference = std::string("#/definitions/") + definition;
  all.AddMember("allOf", rapidjson::Value(rapidjson::kArrayType), all.GetAllocator());
  rapidjson::Value entry(rapidjson::kObjectType);
  entry.AddMember("$ref", rapidjson::Value(reference.c_str(), all.GetAllocator()),
                  all.GetAllocator());
  all["allOf"].PushBack(entry, all.GetAllocator());

  rapidjson::Document document;
  REQUIRE_FALSE(document.Parse(text.c_str()).HasParseError());
  const rapidjson::SchemaDocument schema(all);
  rapidjson::SchemaValidator validator(schema);
  if (document.Accept(validator)) return {};
  rapidjson::StringBuffer at;
  validator.GetInvalidDocumentPointer().StringifyUriFragment(at);
  return std::string(at.GetString()) + ": " + validator.GetInvalidSchemaKeyword();
}

/// Everything of it is filled in.
cli::Standing full_standing() {
  TargetState state;
  state.target = "foo";
  state.repository = "kiln";
  state.status = Status::failed;
  state.step = "build";
  state.why = "it's why\x1b";
  state.attempted = state.since = std::chrono::system_clock::now();
  state.needs = {"bar>=2"};
  state.last_build = full_record("foo", "b1");
  auto never = state;
  never.last_build.reset();
  RunRecord run;
  run.run = "r1";
  run.finished = run.started;
  return {{state, never}, {run}, true};
}

Job planned(decltype(Plan::decision) decision) {
  Job job{{}, {}, {std::move(decision), "refs/heads/main", "c0ffee"}};
  job.plan.evidence = {{"a file", "published"}};
  return job;
}

Review reviewed() {
  Review review{"foo", "c0ffee", {}, {}, {"it is new"}};
  review.judged.before["PKGBUILD"].content = "pkgver=1\n";
  review.judged.after["PKGBUILD"].content = "pkgver=2\n";
  review.judged.findings = {{trust::Rule::maintainer, "was ada; now eve"}};
  review.judged.told = {"told"};
  review.diff =
      trust::compare_files(review.judged.before, review.judged.after, trust::Whole::no, kNever);
  return review;
}

}  // namespace

TEST_CASE("a log is printed as the schema says, a part at a time") {
  const auto shown = [](const std::string& step, const std::vector<std::string>& lines) {
    std::vector<std::string> parts;
    cli::LogDocument document("/a.log", step, [&](const auto& text) { parts.push_back(text); });
    for (const auto& line : lines) document.line(line);
    CHECK(document.end() == !parts.empty());
    return parts;
  };
  const auto text = [](const std::vector<std::string>& parts) {
    std::string all;
    for (const auto& part : parts) all += part;
    return all;
  };
  const std::vector<std::string> lines{"before",
                                       "==> [14:02:11] fetch (builder, network on)",
                                       "a\x1b",
                                       "<== [14:02:12] fetch: exit code 0 after 1.0 s",
                                       "==> [14:02:13] build (builder, network off)",
                                       "b"};
  const auto all = text(shown("", lines));
  CHECK(problem_of(all, "logs").empty());
  rapidjson::Document document;
  REQUIRE_FALSE(document.Parse(all.c_str()).HasParseError());
  const auto& steps = document["steps"];
  REQUIRE(steps.Size() == 3);
  CHECK(steps[0]["step"] == "");
  CHECK(steps[0]["lines"][0] == "before");
  CHECK(steps[1]["end"] == lines[3].c_str());
  CHECK(steps[1]["good"].GetBool());
  CHECK(steps[2]["step"] == "build");
  CHECK(steps[2]["end"] == "");
  const auto one = text(shown("build", lines));
  CHECK(problem_of(one, "logs").empty());
  CHECK(one.find("fetch") == std::string::npos);
  CHECK(shown("nope", lines).empty());
  CHECK(problem_of(text(shown("", {})), "logs").empty());
  CHECK(shown("", std::vector<std::string>(2'000, std::string(200, 'x'))).size() > 5);
}

TEST_CASE("what is known without a run is printed as the schema says") {
  const auto standing = full_standing();
  CHECK(problem_of(cli::status_json(standing), "status").empty());
  CHECK(problem_of(cli::status_json({}), "status").empty());
  CHECK(problem_of(cli::history_json({full_record("foo", "b1")}), "history").empty());
  const TargetFacts facts{
      standing.states[0], full_record("foo", "b1"), {{{"bar>=2", "bar"}}, {"baz"}}};
  const TargetFacts nothing{standing.states[1], {}, {}};
  CHECK(problem_of(cli::facts_json({facts, nothing}), "show").empty());
  cli::PublishedPackage package{"kiln", {}, "foo", {"usr/"}};
  package.entry.size = 12;
  CHECK(problem_of(cli::published_json({package}), "published").empty());
  CHECK(problem_of(cli::check_json({{"kiln", 3, {{"foo.pkg", "is gone"}}}}), "repo_check").empty());
}

TEST_CASE("what runs and reviews come to is printed as the schema says") {
  auto record = full_record("foo", "b1");
  record.rules = {"maintainer"};
  CHECK(problem_of(cli::results_json({record}), "results").empty());
  CHECK(problem_of(cli::plans_json({planned(Build{"new"}), planned(Skip{"old"}),
                                    planned(Hold{{"maintainer"}, "was ada"}),
                                    planned(Unplannable{"source", Error("gone").advise("mend")})}),
                   "plan")
            .empty());
  const auto now = std::chrono::system_clock::now();
  CHECK(problem_of(cli::schedule_json({{"foo", "@daily", now, now}}, now), "schedule").empty());
  CHECK(
      problem_of(message_of({{ChangeKind::failed, record}}, "r1", "host").json, "message").empty());
  const Held held{"foo", "c0ffee", "1-1", "2-1", {"maintainer"}, {}, "bar"};
  CHECK(problem_of(cli::held_json({held}), "held").empty());
  CHECK(problem_of(cli::reviews_json({reviewed()}, cli::Shown::changes), "diff").empty());
  Verdict verdict;
  verdict.kind = Verdict::Kind::different;
  verdict.differences = {{Difference::Kind::file, "usr/bin/foo", "a", "b"}};
  verdict.gone = {"bar"};
  CHECK(problem_of(cli::verdicts_json({verdict}), "verify").empty());
}

TEST_CASE("what the AUR tells is printed as the schema says") {
  AurPackage package;
  package.name = "foo";
  package.depends = {"bar"};
  CHECK(problem_of(cli::packages_json({package}), "aur_packages").empty());
  SeenTarget seen;
  seen.target.name = "foo";
  seen.target.aur = std::make_shared<AurPackage>(package);
  CHECK(problem_of(cli::new_targets_json({seen}, true, "c.toml"), "add").empty());
  CHECK(problem_of(cli::removed_json({"foo"}, "c.toml"), "remove").empty());
}

TEST_CASE("a document that the schema doesn't describe is refused") {
  CHECK_FALSE(problem_of(R"({"format": 1, "builds": [{"build": 1}]})", "history").empty());
  CHECK_FALSE(problem_of(R"({"format": 2, "builds": []})", "history").empty());
  CHECK_FALSE(problem_of(R"({"format": 1, "builds": [], "more": 1})", "history").empty());
}
