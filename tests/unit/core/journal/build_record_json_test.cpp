#include "core/journal/build_record_json.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/journal/records.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string with(const std::string& old, const std::string& replacement) {
  auto text = to_json(test::full_record("t", "b"));
  const auto at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), replacement);
}

}  // namespace

TEST_CASE("a record becomes JSON and comes back") {
  auto record = test::full_record("t", "b");
  CHECK(build_record_from_json(to_json(record)) == record);
  record.why = std::string("zero \0 and \xff byte", 16);
  CHECK(build_record_from_json(to_json(record)) == record);
  CHECK(build_record_from_json(to_json(BuildRecord{})) == BuildRecord{});
  record.forced = true;
  CHECK(build_record_from_json(to_json(record)).forced);
}

TEST_CASE("a record of an earlier version knows neither tree nor conditions") {
  auto text = with("\"tree\":", "\"x\":");
  text.replace(text.find("\"conditions\":"), 13, "\"y\":");
  const auto record = build_record_from_json(text);
  CHECK(record.tree.empty());
  CHECK(record.conditions.empty());
  CHECK_THROWS_WITH(build_record_from_json(with("\"tree\":\"", "\"tree\":1,\"x\":\"")),
                    ContainsSubstring("'tree' is not a text"));
}

TEST_CASE("a record of an earlier version knows no memory") {
  CHECK(build_record_from_json(with("\"peak_memory\":3221225472,", "")).peak_memory == 0);
  CHECK_THROWS_WITH(build_record_from_json(with("\"peak_memory\":", "\"peak_memory\":-")),
                    ContainsSubstring("'peak_memory'"));
}

TEST_CASE("a damaged record names the member that is wrong") {
  const auto fails = [](const std::string& text, const std::string& why) {
    CHECK_THROWS_WITH(build_record_from_json(text), ContainsSubstring(why));
  };
  fails(with("\"target\":\"t\"", "\"target\":1"), "'target' is not a text");
  fails(with("\"target\":\"t\"", "\"x\":1"), "'target' is not there");
  fails(with("\"exit_code\":4", "\"exit_code\":99999999999"), "'exit_code'");
  fails(with("\"exit_code\":4", "\"exit_code\":4.5"), "'exit_code'");
  fails(with("\"started\":", "\"started\":\"x\",\"y\":"), "'started'");
  fails(with("\"vcs_sources\":[", "\"vcs_sources\":[1,"), "'vcs_sources'");
  fails(with("\"files\":[{", "\"files\":[1,{"), "'files'");
  fails(with("\"file_name\"", "\"x\""), "'file_name'");
  fails(with("\"format\":1", "\"format\":2"), "another version");
}

TEST_CASE("what is no JSON object is refused") {
  const auto json = to_json(test::full_record("t", "b"));
  for (const auto& text : {std::string(), json.substr(0, json.size() / 2), std::string("[]"),
                           json + "x", std::string(1'000'000, '['), std::string(100, '\0')})
    CHECK_THROWS_AS(build_record_from_json(text), Error);
}
