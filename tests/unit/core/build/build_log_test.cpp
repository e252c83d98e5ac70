#include "core/build/build_log.hpp"

#include "core/base/file.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a log marks its steps on lines of their own") {
  const TempDir directory;
  const auto path = directory.path() / "foo" / "1.log";
  BuildLog log(path, 1000);
  log.begin_step("fetch", "builder, network on");
  log.write("no newline at its end");
  log.end_step("fetch", "exit code 4");
  const auto text = read_file(path);
  CHECK_THAT(text,
             ContainsSubstring("] fetch (builder, network on)\nno newline at its end\n<== ["));
  CHECK_THAT(text, ContainsSubstring("] fetch: exit code 4 after 0."));
  CHECK(last_output_lines(path, 5) == std::vector<std::string>{"no newline at its end"});
}

TEST_CASE("a full log drops output, says so once, and still takes marks") {
  const TempDir directory;
  const auto path = directory.path() / "1.log";
  BuildLog log(path, 10);
  log.write("12345678");
  log.write("90abcdef");
  log.write("more");
  log.note("the end");
  const auto text = read_file(path);
  CHECK_THAT(text, ContainsSubstring("1234567890\n--> ["));
  CHECK(text.find("abc") == std::string::npos);
  CHECK(text.find("the log is full") == text.rfind("the log is full"));
  CHECK_THAT(text, ContainsSubstring("] the end\n"));
}

TEST_CASE("the last lines are those of the output, without control characters") {
  const TempDir directory;
  const auto path = directory.path() / "1.log";
  BuildLog log(path, 1'000'000);
  for (int i = 0; i < 2000; ++i) log.write("line " + std::to_string(i) + "\n");
  log.write("\x1b[31mred\x1b[0m\n\n");
  log.end_step("build", "exit code 1");
  const auto lines = last_output_lines(path, 3);
  CHECK(lines == std::vector<std::string>{"line 1998", "line 1999", " [31mred [0m"});
  CHECK(last_output_lines(directory.path() / "missing", 3).empty());
}
