#include "core/notify/message.hpp"

#include <rapidjson/document.h>

#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

Change change(ChangeKind kind, const char* target) {
  Change result{kind, {}};
  result.result.target = target;
  result.result.repository = "kiln";
  result.result.version = "2-1";
  result.result.previous_version = "1-1";
  return result;
}

}  // namespace

TEST_CASE("a message lists what changed, under what it is") {
  auto failed = change(ChangeKind::failed, "foo");
  failed.result.step = "build";
  failed.result.why = "a function failed";
  failed.result.hint = "build() failed";
  failed.result.log = "/logs/1.log";
  auto held = change(ChangeKind::held, "bar");
  held.result.rules = {"maintainer", "names"};
  const auto message = message_of(
      {failed, held, change(ChangeKind::fixed, "baz"), change(ChangeKind::published, "qux")}, "r1",
      "host");
  CHECK(message.title == "1 failed, 1 held, 1 working again, 1 published on host");
  CHECK(message.is_urgent);
  CHECK(message.text ==
        "Failed:\n"
        "  foo 1-1 -> 2-1 at step build: a function failed\n"
        "    hint: build() failed\n"
        "    log: /logs/1.log\n"
        "\nHeld, and waiting for you:\n"
        "  bar: maintainer, names (pkgkiln diff bar)\n"
        "\nWorking again:\n"
        "  baz 1-1 -> 2-1 in kiln\n"
        "\nPublished:\n"
        "  qux 1-1 -> 2-1 in kiln\n");
  CHECK(message_of({failed}, "r1", "host").title == "foo failed at step build on host");
  CHECK(message_of({held}, "r1", "host").title == "bar is held on host");
  const auto fixed = message_of({change(ChangeKind::fixed, "baz")}, "r1", "host");
  CHECK(fixed.title == "baz works again on host");
  CHECK_FALSE(fixed.is_urgent);
}

TEST_CASE("a message is bounded and printable, whatever a PKGBUILD or a log says") {
  auto evil = change(ChangeKind::failed, "foo");
  evil.result.why = "a\r\nBcc: eve@example.com\x1b[2J\xff\"</b>@room " + std::string(100'000, 'x');
  evil.result.hint = std::string("\0\n.\n", 4);
  evil.result.version = "1\n2";
  const auto message = message_of(std::vector<Change>(100, evil), "r1", "ho\nst");
  CHECK(message.title == "100 failed on ho st");
  CHECK(message.text.size() < 50'000);
  CHECK(message.json.size() < 100'000);
  CHECK_THAT(message.text,
             ContainsSubstring("a  Bcc: eve@example.com\\x1b[2J\\xff\"</b>@room xxx"));
  CHECK_THAT(message.text, ContainsSubstring("hint: \\x00 .\n"));
  CHECK_THAT(message.text, ContainsSubstring("\nand 50 more\n"));
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(message.json.c_str());
  REQUIRE_FALSE(document.HasParseError());
  CHECK(document["format"].GetInt() == 1);
  CHECK(document["changes"].Size() == 50);
  CHECK(document["changes"][0]["kind"] == "failed");
  CHECK(document["changes"][0]["version"] == "1 2");
}
