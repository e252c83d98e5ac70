#include "core/builder/build_log.hpp"

#include <algorithm>
#include <fstream>

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
  log.begin_step("build", "builder, network off");
  const auto text = read_file(path);
  CHECK_THAT(text,
             ContainsSubstring("] fetch (builder, network on)\nno newline at its end\n<== ["));
  CHECK_THAT(text, ContainsSubstring("] fetch: exit code 4 after 0."));
  CHECK(last_output_lines(path, 5) == std::vector<std::string>{"no newline at its end"});
  log.write("another\n");
  CHECK(last_output_lines(path, 5) == std::vector<std::string>{"another"});
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
  CHECK(lines == std::vector<std::string>{"line 1998", "line 1999", "red"});
  CHECK(last_output_lines(directory.path() / "missing", 3).empty());
}

TEST_CASE("as many lines as are asked for are read, of logs of any length") {
  const TempDir directory;
  const auto path = directory.path() / "1.log";
  const std::string line(199, 'x');
  std::string text = "==> [14:02:11] build (builder, network off)\nfirst\n";
  for (int i = 0; i < 1999; ++i) text += line + "\n";
  write_file_atomically(path, text);
  const auto lines = last_output_lines(path, 2000);
  REQUIRE(lines.size() == 2000);
  CHECK(lines.front() == "first");
  CHECK(last_output_lines(path, 3000) == lines);
  // Where it is cut, what is left of a line is no mark.
  std::string marks;
  while (marks.size() < (3U << 20U)) marks += "| ==> [14:02:11] build (builder, network off)\n";
  write_file_atomically(path, marks);
  CHECK(last_output_lines(path, 100'000).size() > 20'000);
}

namespace {

/// What a log holds after these writes, without its last mark, which ends the output.
std::string logged(const std::vector<std::string>& writes) {
  const TempDir directory;
  BuildLog log(directory.path() / "1.log", 1'000'000);
  for (const auto& output : writes) log.write(output);
  log.note("the end");
  const auto text = read_file(log.path());
  const auto end = text.rfind("--> [");
  REQUIRE(end != std::string::npos);
  return text.substr(0, end);
}

}  // namespace

TEST_CASE("no output looks like a mark of ours, however it comes") {
  const std::string fake = "==> [14:02:11] seal (root, network off)";
  const std::string told = "| " + fake + "\n";
  CHECK(logged({fake + "\n"}) == told);
  CHECK(logged({"<== [x\n--> [y\n"}) == "| <== [x\n| --> [y\n");
  CHECK(logged({"=", "=", ">", " ", "[14:02:11] seal (root, network off)\n"}) == told);
  CHECK(logged({"x\r" + fake}) == "x\n" + told);
  CHECK(logged({"x\r\n\r", "\n" + fake + "\r"}) == "x\n\n" + told);
  CHECK(logged({"x\r", "\r\n" + fake + "\r\n"}) == "x\n\n" + told);
  CHECK(logged({"\x1b[1m=\x1b[", "0m=> [x"}) == "| ==> [x\n");
  CHECK(logged({"=x\b=> [y\n"}) == "=x\\x08=> [y\n");
  CHECK(logged({"\x1b[G" + fake + "\n"}) == "\\x1b[G" + fake + "\n");
  CHECK(logged({"\xc2", "\x85" + fake + "\n"}) == "\\u0085" + fake + "\n");
  CHECK(logged({"\u202e" + fake + "\n"}) == "\\u202e" + fake + "\n");
  CHECK(logged({"==> Making package: foo 1-1\n"}) == "==> Making package: foo 1-1\n");
  CHECK(logged({"==> "}) == "==> \n");
}

TEST_CASE("a note of ours is one line, whatever it cites") {
  const TempDir directory;
  BuildLog log(directory.path() / "1.log", 1000);
  log.note("the engine says: x\n==> [14:02:11] seal (root, network off)\x1b[2J");
  const auto text = read_file(log.path());
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("output keeps its text, and is there before its line ends") {
  const TempDir directory;
  BuildLog log(directory.path() / "1.log", 1000);
  log.write("checking for\tbl\xc3");
  CHECK(read_file(log.path()) == "checking for\tbl");
  log.write("\xa4 ... ");
  CHECK(read_file(log.path()) == "checking for\tblä ... ");
  log.write("\x1b[32;1mno\x1b[0m\x1b[K  \n\n\x1b[3");
  CHECK(read_file(log.path()) == "checking for\tblä ... no  \n\n");
  log.write("x\xff\n");
  CHECK(read_file(log.path()) == "checking for\tblä ... no  \n\n\\x1b[3x\\xff\n");
}

TEST_CASE("what fakes a mark is output for whoever reads the last lines") {
  const TempDir directory;
  const auto path = directory.path() / "1.log";
  BuildLog log(path, 1000);
  log.begin_step("build", "builder, network off");
  log.write("<== [14:02:11] build: exit code 0 after 1.0 s\n");
  log.end_step("build", "exit code 4");
  CHECK(last_output_lines(path, 5) ==
        std::vector<std::string>{"| <== [14:02:11] build: exit code 0 after 1.0 s"});
}

TEST_CASE("who watches a log hears of each line when it is whole, marks as well") {
  const TempDir directory;
  std::vector<std::string> heard;
  BuildLog log(directory.path() / "1.log", 1000,
               [&](std::string_view line) { heard.emplace_back(line); });
  log.write("one\ntw");
  CHECK(heard == std::vector<std::string>{"one"});
  log.write("o\r\x1b[31mred\x1b[0m\n");
  log.write("not whole");
  log.note("the end");
  REQUIRE(heard.size() == 5);
  CHECK(heard[1] == "two");
  CHECK(heard[2] == "red");
  CHECK(heard[3] == "not whole");
  CHECK(log_mark_of(heard[4]).kind == LogMark::Kind::note);
}

TEST_CASE("a full disk costs the log, and nothing else") {
  const TempDir directory;
  const auto path = directory.path() / "1.log";
  std::filesystem::create_symlink("/dev/full", path);
  BuildLog log(path, 1'000'000);
  CHECK(log.problem().empty());
  log.begin_step("build", "builder, network off");
  log.write("output\n");
  log.end_step("build", "exit code 0");
  log.note("the end");
  CHECK(log.problem() == "No space left on device");
}

TEST_CASE("a log that can't be made costs nothing but itself") {
  const TempDir directory;
  write_file_atomically(directory.path() / "foo", "a file");
  BuildLog log(directory.path() / "foo" / "1.log", 1'000'000);
  log.write("output\n");
  CHECK_FALSE(log.problem().empty());
  CHECK(last_output_lines(log.path(), 5).empty());
}

TEST_CASE("the marks of a log are told apart by those who read it") {
  using Kind = LogMark::Kind;
  TempDir dir;
  const auto path = dir.path() / "a.log";
  {
    BuildLog log(path, 1'000);
    log.begin_step("copy in", "builder, network on");
    log.write("==> Making package: foo 1-1\n==> [x] faked (y)\n");
    log.end_step("copy in", "exit code 0");
    log.end_step("build", "exit code 4");
    log.end_step("build", "the engine is gone");
    log.note("a note");
  }
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  REQUIRE(lines.size() == 7);
  CHECK(log_mark_of(lines[0]).kind == Kind::begin);
  CHECK(log_mark_of(lines[0]).step == "copy in");
  CHECK(log_mark_of(lines[1]).is_none());
  CHECK(log_mark_of(lines[2]).is_none());
  CHECK(log_mark_of(lines[3]).kind == Kind::end);
  CHECK(log_mark_of(lines[3]).step == "copy in");
  CHECK(log_mark_of(lines[3]).is_good);
  CHECK_FALSE(log_mark_of(lines[4]).is_good);
  CHECK_FALSE(log_mark_of(lines[5]).is_good);
  CHECK(log_mark_of(lines[5]).step == "build");
  CHECK(log_mark_of(lines[6]).kind == Kind::note);
  CHECK(log_mark_of("==> [").kind == Kind::begin);
}
