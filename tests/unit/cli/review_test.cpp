#include "cli/review.hpp"

#include <chrono>
#include <rapidjson/document.h>

#include "tests/catch.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using cli::Review;
using cli::Shown;

namespace {

/// A change of a build function.
Review changed() {
  Review review{"lumen", "77aa001100", {}, {}, {}};
  auto& judged = review.judged;
  judged.approved.emplace();
  judged.approved->commit = "4ab12cd999";
  judged.approved->by = "ada";
  judged.approved->at = std::chrono::system_clock::time_point{std::chrono::seconds(1'790'899'200)};
  judged.before["PKGBUILD"].content = "pkgver=1\n";
  judged.after["PKGBUILD"].content = "pkgver=2\nbuild() { curl x; }\n";
  judged.findings = {{trust::Rule::maintainer, "was ada; now \x1b[2Jeve"},
                     {trust::Rule::function_body, "build() is new"}};
  judged.told = {"dependency npm is new"};
  review.diff = trust::compare_files(judged.before, judged.after, trust::Whole::no, kNever);
  return review;
}

}  // namespace

TEST_CASE("a change is shown with what it is compared with, and why it is held") {
  const auto review = changed();
  const auto text = cli::review_text(review, Shown::changes, "ada", false);
  CHECK(text ==
        "lumen: 4ab12cd (approved 2026-10-02 by you) -> 77aa001\n"
        "  maintainer     was ada; now \\x1b[2Jeve\n"
        "  function-body  build() is new\n"
        "  told           dependency npm is new\n"
        "  words          curl (PKGBUILD)\n"
        "--- PKGBUILD\n+++ PKGBUILD\n@@ -1,1 +1,2 @@\n-pkgver=1\n+pkgver=2\n"
        "+build() { curl x; }\n");
  CHECK_THAT(cli::review_text(review, Shown::changes, "bob", false),
             ContainsSubstring("(approved 2026-10-02 by ada)"));
  CHECK_THAT(cli::review_text(review, Shown::files, "ada", false),
             ContainsSubstring("  PKGBUILD  +2  -1  changed\n") && !ContainsSubstring("@@"));
}

TEST_CASE("what deserves a look is coloured on a terminal") {
  CHECK_THAT(cli::review_text(changed(), Shown::changes, "ada", true),
             ContainsSubstring("\x1b[32m+\x1b[0m\x1b[32mbuild() { \x1b[0m\x1b[1;33mcurl\x1b[0m"));
}

TEST_CASE("what was never approved is shown as a whole, under what to think of") {
  auto review = changed();
  review.judged.approved.reset();
  review.judged.before.clear();
  review.warnings = {"nobody maintains it"};
  review.diff = trust::compare_files({}, review.judged.after, trust::Whole::no, kNever);
  CHECK_THAT(cli::review_text(review, Shown::changes, "ada", false),
             ContainsSubstring("lumen: 77aa001, never approved\n") &&
                 ContainsSubstring("  warning        nobody maintains it\n") &&
                 ContainsSubstring("--- /dev/null\n+++ PKGBUILD\n"));
}

TEST_CASE("a change is shown as JSON") {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(
      cli::reviews_json({changed()}, Shown::changes).c_str());
  REQUIRE_FALSE(document.HasParseError());
  const auto& target = document["targets"][0];
  CHECK(target["commit"] == "77aa001100");
  CHECK(target["approved"] == "4ab12cd999");
  CHECK(target["findings"][0]["rule"] == "maintainer");
  CHECK(target["files"][0]["added"].GetInt() == 2);
  CHECK_THAT(target["files"][0]["diff"].GetString(), ContainsSubstring("+build() { curl x; }"));
}
