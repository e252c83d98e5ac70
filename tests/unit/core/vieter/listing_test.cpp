#include "core/vieter/listing.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using vieter::ListingPage;
using Shape = ListingPage::Shape;

TEST_CASE("the seed's list is a bare array of URLs and branches") {
  const auto page = ListingPage::parse(R"([{"url": "https://e.org/a", "branch": "main"}])");
  CHECK(page.shape == Shape::bare_array);
  REQUIRE(page.entries.size() == 1);
  CHECK(page.entries[0].url == "https://e.org/a");
  CHECK(page.entries[0].branch == "main");
  CHECK(page.entries[0].id == 0);
  CHECK_FALSE(page.entries[0].has_arch);
}

TEST_CASE("0.2 has a map by UUID, with arches as texts") {
  const auto page = ListingPage::parse(
      R"({"message": "", "data": {"0b-1c": {"url": "u", "arch": ["x86_64"], "repo": "r"}}})");
  CHECK(page.shape == Shape::data_map);
  REQUIRE(page.entries.size() == 1);
  CHECK(page.entries[0].arch == std::vector<std::string>{"x86_64"});
  CHECK(page.entries[0].repository == "r");
  CHECK(page.entries[0].id == 0);
}

TEST_CASE("0.3 and later have an array with ids and arches as objects") {
  const auto page = ListingPage::parse(
      R"({"data": [{"id": 7, "kind": "url", "url": "u", "path": "p", "branch": "", "new": {},
          "arch": [{"id": 1, "target_id": 7, "value": "aarch64"}]}, {"id": 8, "url": "v",
          "arch": []}]})");
  CHECK(page.shape == Shape::data_array);
  REQUIRE(page.entries.size() == 2);
  CHECK(page.entries[0].id == 7);
  CHECK(page.entries[0].kind == "url");
  CHECK(page.entries[0].path == "p");
  CHECK(page.entries[0].arch == std::vector<std::string>{"aarch64"});
  CHECK(page.entries[0].problem.empty());
  CHECK(page.entries[1].has_arch);
}

TEST_CASE("an entry of the wrong form is a problem of its own") {
  const auto [json, problem] = GENERATE(table<std::string, std::string>({
      {R"("text")", "it is no JSON object"},
      {"{}", "it has no url"},
      {R"({"url": 1})", "its url is no text"},
      {R"({"url": "u", "branch": []})", "its branch is no text"},
      {R"({"url": "u", "id": {}})", "its id is no number"},
      {R"({"url": "u", "id": -1})", "its id is no number"},
      {R"({"url": "u", "arch": "x"})", "its arch is no list"},
      {R"({"url": "u", "arch": [1]})", "its arch is no list of texts"},
  }));
  CAPTURE(json);
  const auto page = ListingPage::parse("[" + json + R"(, {"url": "good"}])");
  REQUIRE(page.entries.size() == 2);
  CHECK(page.entries[0].problem == problem);
  CHECK(page.entries[1].problem.empty());
}

TEST_CASE("what is no list of targets is refused") {
  const std::string deep(100'000, '[');
  const auto text =
      GENERATE_COPY(as<std::string>(), "", "<!doctype html>", "7", "null", "{}", R"({"data": 1})",
                    R"({"data": null})", "[{]", R"([{"url": "u"}] x)", deep);
  CHECK_THROWS_AS(ListingPage::parse(text), Error);
}
