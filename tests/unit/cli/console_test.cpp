#include "cli/console.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string>
#include <sys/stat.h>
#include <termios.h>
#include <thread>
#include <unistd.h>

#include "core/base/file.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using cli::Console;
using namespace std::chrono_literals;

namespace {

constexpr auto kBounded = Console::Patience::bounded;
constexpr auto kEndless = Console::Patience::endless;

struct Pipe {
  UniqueFd read, write;

  Pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    read = UniqueFd(ends[0]), write = UniqueFd(ends[1]);
  }
  /// Until `end` has come, or nothing comes any more.
  std::string text(const std::string& end) const {
    std::string all;
    char buffer[65536];
    pollfd waited{read.get(), POLLIN, 0};
    while (!all.ends_with(end) && ::poll(&waited, 1, 10'000) > 0) {
      const auto got = ::read(read.get(), buffer, sizeof buffer);
      if (got <= 0) break;
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }
};

/// A terminal whose reader pressed Ctrl-S.
struct StoppedTerminal {
  UniqueFd screen{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
  UniqueFd terminal;

  StoppedTerminal() {
    REQUIRE(::grantpt(screen.get()) == 0);
    REQUIRE(::unlockpt(screen.get()) == 0);
    terminal = UniqueFd(::open(::ptsname(screen.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    REQUIRE(::tcflow(terminal.get(), TCOOFF) == 0);
  }
  void go_on() const { REQUIRE(::tcflow(terminal.get(), TCOON) == 0); }
  /// What it shows until that has come.
  std::string text(const std::string& end) const {
    std::string all;
    char buffer[4096];
    pollfd waited{screen.get(), POLLIN, 0};
    while (all.find(end) == std::string::npos && ::poll(&waited, 1, 10'000) > 0) {
      const auto got = ::read(screen.get(), buffer, sizeof buffer);
      if (got <= 0) break;
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }
};

template <typename Work>
std::chrono::steady_clock::duration time_of(Work work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::steady_clock::now() - began;
}

}  // namespace

TEST_CASE("who has gone is told nothing, and nobody waits for him", "[concurrent]") {
  ::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.read.reset();
  CHECK(time_of([&] {
          Console console(pipe.write.get(), kEndless);
          for (int i = 0; i < 1000; ++i) console.write("a line\n"), console.status("a step");
        }) < 5s);
}

TEST_CASE("a full disk costs what it had no room for, and nothing else", "[concurrent]") {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE(full);
  CHECK(time_of([&] {
          Console console(full.get(), kEndless);
          for (int i = 0; i < 1000; ++i) console.write("a line\n");
        }) < 5s);
}

TEST_CASE("a stopped terminal holds nobody up, and shows only the last of what stands below",
          "[concurrent]") {
  const StoppedTerminal stopped;
  Console console(stopped.terminal.get(), kBounded);
  CHECK(time_of([&] {
          console.write("first\n");
          for (int i = 0; i < 5000; ++i) console.status("step " + std::to_string(i));
          console.write("second\n");
        }) < 2s);
  CHECK(time_of([&] { console.flush(); }) < 8s);
  stopped.go_on();
  const auto text = stopped.text("step 4999");
  CHECK_THAT(text, ContainsSubstring("first\r\n") && ContainsSubstring("second"));
  CHECK_THAT(text, !ContainsSubstring("step 4998"));
  CHECK(text.size() < 1000);
}

TEST_CASE("what stands below a line is taken away before the next", "[concurrent]") {
  Pipe pipe;
  {
    Console console(pipe.write.get(), kEndless);
    console.status("working");
    CHECK(pipe.text("working") == "working");
    console.write("done\n");
    CHECK(pipe.text("\x1b[J") == "\rdone\x1b[K\nworking\x1b[J");
    console.status("working\nand more");
    CHECK(pipe.text("\x1b[J") == "\rworking\x1b[K\nand more\x1b[J");
  }
  CHECK(pipe.text("\x1b[A") == "\r\x1b[1A\x1b[K\x1b[B\x1b[J\x1b[A");
}

TEST_CASE("a line that fills its rows loses nothing when it is drawn over another",
          "[concurrent]") {
  Pipe pipe;
  Console console(pipe.write.get(), kEndless);
  console.status("working");
  CHECK(pipe.text("working") == "working");
  const std::string row(80, 'x');
  console.write(row + "\n\x1b[1m" + row + row + "\x1b[0m\n" + row + "y\n");
  CHECK(pipe.text("\x1b[J") ==
        "\r" + row + "\n\x1b[1m" + row + row + "\x1b[0m\n" + row + "y\x1b[K\nworking\x1b[J");
}

TEST_CASE("errors are known as such to the journal") {
  CHECK(cli::error_text("cannot read 'x'") == "error: cannot read 'x'\n");
  struct stat is {};
  REQUIRE(::fstat(STDERR_FILENO, &is) == 0);
  const auto stream = std::to_string(is.st_dev) + ":" + std::to_string(is.st_ino);
  ::setenv("JOURNAL_STREAM", stream.c_str(), 1);
  CHECK(cli::error_text("cannot read 'x'\n  gone") == "<3>error: cannot read 'x'\n<3>  gone\n");
  ::unsetenv("JOURNAL_STREAM");
}

TEST_CASE("a slow reader gets all results", "[concurrent]") {
  Pipe pipe;
  const std::string line(99, 'x');
  std::size_t got = 0;
  std::thread reader([&] {
    std::this_thread::sleep_for(300ms);
    got = pipe.text("end\n").size();
  });
  {
    Console console(pipe.write.get(), kEndless);
    for (int i = 0; i < 30'000; ++i) console.write(line + "\n");
    console.write("end\n");
  }
  reader.join();
  CHECK(got == 3'000'004);
}

TEST_CASE("a reader who doesn't read makes progress drop lines, and is told so", "[concurrent]") {
  Pipe pipe;
  Console console(pipe.write.get(), kBounded);
  const std::string line(999, 'x');
  for (int i = 0; i < 5000; ++i) console.write(line + "\n");
  const auto text = pipe.text("be written)\n");
  CHECK(text.size() < 3'000'000);
  CHECK_THAT(text, EndsWith("lines are not shown, since nothing could be written)\n"));
}
