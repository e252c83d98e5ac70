#include "core/aur/answer.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

struct Told {
  aur::Frame frame;
  std::vector<aur::Entry> entries;
};

/// In small pieces.
Told told(
    std::string_view json, const std::function<bool(const std::string&)>& wanted =
                               [](const std::string&) { return true; }) {
  Told result;
  result.frame = aur::read_answer(
      [&](char* buffer, std::size_t size) {
        const auto given = json.copy(buffer, std::min<std::size_t>(size, 7));
        json.remove_prefix(given);
        return given;
      },
      wanted, [&](aur::Entry entry) { result.entries.push_back(std::move(entry)); });
  return result;
}

const std::string kWhole = R"({"ID":9,"Name":"foo-git","PackageBaseID":12,"PackageBase":"foo",
  "Version":"2:1.0-3","Description":"a \u001b[31m\"foo\"","URL":"https://foo.example",
  "NumVotes":41,"Popularity":1.5,"OutOfDate":null,"Maintainer":"ada","Submitter":"eve",
  "FirstSubmitted":1500000000,"LastModified":1600000000,"URLPath":"/x","License":["MIT"],
  "Keywords":[],"CoMaintainers":["bob","cat"],"Depends":["a","b>=2","not one\n","libc.so=6-64"],
  "MakeDepends":["git"],"CheckDepends":["c"],"Provides":["foo=1.0"],"Conflicts":["foo"],
  "Replaces":["bar"],"PendingRequests":[{"ID":3,"Type":"orphan"}]})";

std::string answer_with(const std::string& package) {
  return R"({"resultcount":1,"results":[)" + package + R"(],"type":"multiinfo","version":5})";
}

/// A package with one member replaced.
std::string with(const std::string& member, const std::string& value) {
  auto text = kWhole;
  const auto begin = text.find("\"" + member + "\":") + member.size() + 3;
  auto end = text.find_first_of(",}", begin);
  if (text[begin] == '[') end = text.find(']', begin) + 1;
  return answer_with(text.replace(begin, end - begin, value));
}

}  // namespace

TEST_CASE("a package of the AUR is read with all that is needed of it, and may be shown") {
  const auto result = told(answer_with(kWhole));
  CHECK(result.frame.type == "multiinfo");
  REQUIRE(result.entries.size() == 1);
  CHECK(result.entries[0].problem.empty());
  const auto& package = result.entries[0].package;
  CHECK(package.name == "foo-git");
  CHECK(package.base == "foo");
  CHECK(package.base_id == 12);
  CHECK(package.version == "2:1.0-3");
  CHECK(package.description == "a \\x1b[31m\"foo\"");
  CHECK(package.votes == 41);
  CHECK(package.popularity == 1.5);
  CHECK(package.out_of_date == 0);
  CHECK(package.maintainer == "ada");
  CHECK(package.submitter == "eve");
  CHECK(package.co_maintainers == std::vector<std::string>{"bob", "cat"});
  CHECK(package.first_submitted == 1'500'000'000);
  CHECK(package.last_modified == 1'600'000'000);
  CHECK(package.depends == std::vector<std::string>{"a", "b>=2", "libc.so=6-64"});
  CHECK(package.make_depends == std::vector<std::string>{"git"});
  CHECK(package.check_depends == std::vector<std::string>{"c"});
  CHECK(package.provides == std::vector<std::string>{"foo=1.0"});
  CHECK(package.conflicts == std::vector<std::string>{"foo"});
  CHECK(package.replaces == std::vector<std::string>{"bar"});
}

TEST_CASE("nobody maintains an orphan") {
  CHECK(told(with("Maintainer", "null")).entries.at(0).package.is_orphan());
  CHECK_FALSE(told(answer_with(kWhole)).entries.at(0).package.is_orphan());
}

TEST_CASE("a dump is read like an answer, and only what is wanted of it is kept") {
  auto other = kWhole;
  other.replace(other.find("foo-git"), 7, "bar-git");
  const auto result = told("[" + kWhole + ",\n" + other + "]",
                           [](const std::string& name) { return name == "bar-git"; });
  REQUIRE(result.entries.size() == 1);
  CHECK(result.entries[0].package.name == "bar-git");
}

TEST_CASE("what is written is read again") {
  const auto first = told(answer_with(kWhole)).entries.at(0).package;
  auto again = told(aur::answer_of({&first, &first})).entries;
  REQUIRE(again.size() == 2);
  again[0].package.popularity = first.popularity;  // it changes by itself, so it is not kept
  CHECK(again[0].package == first);
}

TEST_CASE("a package with a member that can't be one has a problem that names it") {
  const auto [member, value] = GENERATE(table<std::string, std::string>({
      {"PackageBase", "\"../x\""},
      {"PackageBase", "\"Upper\""},
      {"PackageBase", "7"},
      {"PackageBaseID", "\"12\""},
      {"PackageBaseID", "-1"},
      {"PackageBaseID", "99999999999999999999"},
      {"LastModified", "null"},
      {"LastModified", "1.5"},
      {"LastModified", "true"},
      {"Maintainer", "\"two words\""},
      {"Maintainer", "\"\\u0000\""},
      {"Maintainer", "[\"ada\"]"},
      {"CoMaintainers", "[\"a\\n\"]"},
      {"CoMaintainers", "[7]"},
      {"CoMaintainers", "\"bob\""},
      {"Depends", "{\"a\":\"b\"}"},
  }));
  CAPTURE(member, value);
  const auto result = told(with(member, value));
  REQUIRE(result.entries.size() == 1);
  CHECK_THAT(result.entries[0].problem, ContainsSubstring(member));
}

TEST_CASE("what has no valid name is nobody's") {
  for (const auto* name : {"\"-x\"", "\"a b\"", "\"\"", "7", "null", "\"a/b\""})
    CHECK(told(with("Name", name)).entries.empty());
}

TEST_CASE("texts that only inform are left out where they are none") {
  CHECK(told(with("Version", "\"1.0\"")).entries.at(0).package.version.empty());
  CHECK(told(with("Submitter", "\"a b\"")).entries.at(0).package.submitter.empty());
  CHECK(told(with("URL", "null")).entries.at(0).package.url.empty());
}

TEST_CASE("lists that are not the results hold no packages") {
  CHECK(told(R"({"results":[],"others":[)" + kWhole + R"(],"type":"multiinfo"})").entries.empty());
  CHECK(told("[[" + kWhole + "]]").entries.empty());
  CHECK(told(kWhole).entries.empty());
}

TEST_CASE("an answer that says what is wrong is read") {
  const auto result =
      told(R"({"error":"Too many \u001bresults.","results":[],"type":"error","version":5})");
  CHECK(result.frame.type == "error");
  CHECK(result.frame.error == "Too many \\x1bresults.");
}

TEST_CASE("what is no answer is refused, however it goes on") {
  const auto long_text = answer_with(R"({"Name":")" + std::string(600'000, 'x') + R"("})");
  const auto cut = answer_with(kWhole).substr(0, 400);
  for (const std::string& json :
       {std::string("<!doctype html>"), std::string(), cut, answer_with(kWhole) + "x", long_text,
        std::string(1'000, '['), std::string(100'000, '[')})
    CHECK_THROWS_WITH(told(json), ContainsSubstring("no answer of the AUR"));
}
