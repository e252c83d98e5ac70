#include "cli/progress.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace pkgkiln::cli;

namespace {

std::string told_of(const BuildRecord& result) {
  Ended ended;
  ended.result = result;
  const auto word = word_of({{}, ended}, false);
  return word ? rendered(word->line, 200, false) : std::string();
}

BuildRecord result_of(Status status) {
  BuildRecord result;
  result.target = "foo";
  result.status = status;
  result.why = "why";
  return result;
}

}  // namespace

TEST_CASE("what became of a build is told in a line") {
  auto built = result_of(Status::built);
  built.version = "1.2-1";
  built.repository = "kiln";
  built.finished = built.started + std::chrono::seconds(125);
  CHECK(told_of(built) == "foo: built 1.2-1 in 2:05, published in kiln");
  built.previous_version = "1.1-1";
  CHECK(told_of(built) == "foo: built 1.1-1 -> 1.2-1 in 2:05, published in kiln");
  auto failed = result_of(Status::failed);
  failed.step = "build";
  CHECK(told_of(failed) == "foo: failed at step build: why");
  CHECK(told_of(result_of(Status::blocked)) == "foo: blocked: why");
}

TEST_CASE("what is nothing new is no line") {
  auto same = result_of(Status::up_to_date);
  CHECK(told_of(same).empty());
  same.build = "it was looked at";
  CHECK(told_of(same) == "foo: up to date");
  same.built_from = "tree";
  CHECK(told_of(same) == "foo: up to date: why");
  auto held = result_of(Status::held);
  CHECK(told_of(held).empty());
  held.is_newly_held = true;
  CHECK(told_of(held) == "foo: held: why");
}

TEST_CASE("a live view makes some lines needless") {
  const Event begun{{}, BuildBegun{"foo", "it moved", "/log"}};
  REQUIRE(word_of(begun, false));
  CHECK(rendered(word_of(begun, false)->line, 200, false) ==
        "foo: building, since it moved (log: /log)");
  CHECK_FALSE(word_of(begun, true));
}
