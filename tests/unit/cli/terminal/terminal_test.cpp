#include "cli/terminal/terminal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace pkgkiln::cli;

TEST_CASE("a text is as wide as its characters are on a terminal") {
  CHECK(text_width("") == 0);
  CHECK(text_width("plain") == 5);
  CHECK(text_width("ünï…") == 4);
  CHECK(text_width("編集") == 4);
  CHECK(text_width("e\xcc\x81") == 1);  // with a combining accent
  CHECK(text_width("🦀") == 2);
  CHECK(text_width("\xff") == 1);
}

TEST_CASE("a text is cut between characters, and never wider than it may be") {
  CHECK(cut("plain", 5) == "plain");
  CHECK(cut("plain", 4) == "pla…");
  CHECK(cut("編集者", 6) == "編集者");
  CHECK(cut("編集者", 5) == "編集…");
  CHECK(cut("編集者", 4) == "編…");
  CHECK(cut("e\xcc\x81xyz", 2) == "e\xcc\x81…");
  CHECK(cut("x", 0).empty());
}

TEST_CASE("a line is cut where its columns end, whatever its styles") {
  const Line line{{"name", Span::Style::bold}, {" and "}, {"more", Span::Style::bad}};
  CHECK(rendered(line, 80, false) == "name and more");
  CHECK(rendered(line, 11, false) == "name and m…");
  CHECK(rendered(line, 6, false) == "name …");
  CHECK(rendered(line, 80, true) == "\x1b[1mname\x1b[0m and \x1b[1;31mmore\x1b[0m");
}

TEST_CASE("lines take the rows that a terminal wraps them into") {
  CHECK(rows_of("", 10) == 1);
  CHECK(rows_of("one\ntwo", 10) == 2);
  CHECK(rows_of("0123456789", 10) == 1);
  CHECK(rows_of("0123456789a\nb", 10) == 3);
  CHECK(rows_of("\x1b[1m0123456789\x1b[0m", 10) == 1);
}

TEST_CASE("colours are for terminals, unless somebody wishes otherwise") {
  using Env = std::map<std::string, std::string>;
  const auto of = [](bool is_terminal, const Env& env) {
    return wants_colour(Colour::automatic, is_terminal, env);
  };
  const Env plain{{"TERM", "xterm"}};
  CHECK(of(true, plain));
  CHECK_FALSE(of(false, plain));
  CHECK_FALSE(of(true, {{"TERM", "dumb"}}));
  CHECK_FALSE(of(true, {}));
  CHECK_FALSE(of(true, {{"TERM", "xterm"}, {"NO_COLOR", "1"}}));
  CHECK(of(true, {{"TERM", "xterm"}, {"NO_COLOR", ""}}));
  CHECK(of(false, {{"CLICOLOR_FORCE", "1"}}));
  CHECK_FALSE(of(false, {{"CLICOLOR_FORCE", "0"}}));
  CHECK_FALSE(of(false, {{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}));
  CHECK(wants_colour(Colour::always, false, {{"NO_COLOR", "1"}}));
  CHECK_FALSE(wants_colour(Colour::never, true, plain));
}

TEST_CASE("each line for the journal has its priority") {
  CHECK(with_priority("one\n  two\n", 3) == "<3>one\n<3>  two\n");
  CHECK(with_priority("no end", 6) == "<6>no end");
  CHECK(with_priority("", 3).empty());
}

TEST_CASE("the journal is known by what its descriptor is") {
  const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  struct stat is {};
  REQUIRE(::fstat(null.get(), &is) == 0);
  CHECK(is_journal(null.get(), fmt::format("{}:{}", is.st_dev, is.st_ino)));
  CHECK_FALSE(is_journal(null.get(), fmt::format("{}:{}", is.st_dev, is.st_ino + 1)));
  CHECK_FALSE(is_journal(null.get(), ""));
}
