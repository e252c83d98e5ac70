#include "core/base/text.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;

TEST_CASE("a text is taken apart at a separator") {
  std::string_view text = "a,,b";
  CHECK(take_until(text, ',') == "a");
  CHECK(take_until(text, ',') == "");
  CHECK(text == "b");
  CHECK(take_until(text, ',') == "b");
  CHECK(text.empty());
  CHECK(take_until(text, ',') == "");
}

TEST_CASE("white space around a text goes, and that within stays") {
  CHECK(trimmed(" \ta b\r\n") == "a b");
  CHECK(trimmed(" \r\n").empty());
  CHECK(trimmed("").empty());
}

TEST_CASE("kinds of text are told apart") {
  CHECK(is_hex("0189af"));
  CHECK_FALSE(is_hex("AF"));
  CHECK_FALSE(is_hex(""));
  CHECK(is_made_of("a-1", "-"));
  CHECK_FALSE(is_made_of("a_1", "-"));
  CHECK_FALSE(is_made_of("", "-"));
  CHECK(has_control_characters("a\tb"));
  CHECK(has_control_characters("\x7f"));
  CHECK_FALSE(has_control_characters("ä b"));
  CHECK(lower_case("A-Zä") == "a-zä");
}

TEST_CASE("bytes are written in base64, with padding") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xfb\xff\xfe") == "+//+");
}

TEST_CASE("the nearest neighbour of a mistyped word") {
  const std::vector<std::string> names{"timeout", "memory", "cpus", "repository", "path"};
  CHECK(nearest("timout", names) == "timeout");
  CHECK(nearest("tmieout", names) == "timeout");
  CHECK(nearest("mem", names) == "memory");
  CHECK(nearest("cpu", names) == "cpus");
  CHECK(nearest("repo", names) == "repository");
  CHECK(nearest("pat", names) == "path");
}

TEST_CASE("a word that is near to nothing has no neighbour") {
  const std::vector<std::string> names{"timeout", "memory", "cpus"};
  CHECK(nearest("jobs", names).empty());
  CHECK(nearest("", names).empty());
  CHECK(nearest("t", names).empty());
  CHECK(nearest(std::string(100'000, 't'), names).empty());
  CHECK(nearest("timeout", {}).empty());
}
