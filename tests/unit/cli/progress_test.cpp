#include "cli/progress.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "core/base/file.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace pkgkiln::cli;
using Catch::Matchers::ContainsSubstring;

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

/// A terminal that is this program's stderr for a while.
class Screen {
 public:
  Screen() {
    REQUIRE(::grantpt(shows_.get()) == 0);
    REQUIRE(::unlockpt(shows_.get()) == 0);
    const UniqueFd terminal(::open(::ptsname(shows_.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    REQUIRE(terminal);
    REQUIRE(::dup2(terminal.get(), STDERR_FILENO) == STDERR_FILENO);
    ::setenv("TERM", "xterm", 1);
    ::setenv("NO_COLOR", "1", 1);
    reader_ = std::thread([this] {
      char buffer[4096];
      for (;;) {
        const auto got = ::read(shows_.get(), buffer, sizeof buffer);
        if (got <= 0) return;
        text_.append(buffer, static_cast<std::size_t>(got));
      }
    });
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen() {
    if (reader_.joinable()) end();
  }

  /// Ends it; all that it was shown.
  const std::string& end() {
    ::dup2(before_.get(), STDERR_FILENO);
    ::unsetenv("NO_COLOR");
    reader_.join();
    return text_;
  }

 private:
  UniqueFd before_{::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)};
  UniqueFd shows_{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
  std::string text_;
  std::thread reader_;
};

}  // namespace

TEST_CASE("builds tell at once how they go, and each end is shown", "[concurrent]") {
  constexpr int builds = 4;
  Screen screen;
  {
    Progress progress(Progress::Detail::normal);
    const auto build = [&](int number) {
      const auto now = std::chrono::system_clock::now();
      auto result = result_of(Status::failed);
      result.target = "build" + std::to_string(number);
      progress.hear({now, Waiting{result.target, {}, {}}});
      progress.hear({now, BuildBegun{result.target, "", ""}});
      for (std::uint64_t i = 0; i < 100; ++i) {
        progress.hear({now, StepBegun{result.target, "step", ""}});
        progress.logged(result.target, "a line");
        progress.transferred(result.target, {"file", i, 100});
        std::this_thread::sleep_for(std::chrono::milliseconds(4));  // it is drawn meanwhile
      }
      Ended ended;
      ended.target.name = result.target;
      ended.result = std::move(result);
      progress.hear({now, ended});
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < builds; ++i) threads.emplace_back(build, i);
    progress.pause(true);
    progress.pause(false);
    for (auto& thread : threads) thread.join();
    progress.finish();
  }
  const auto& text = screen.end();
  CHECK_THAT(text, ContainsSubstring("0 of 4 done"));
  for (int i = 0; i < builds; ++i)
    CHECK_THAT(text, ContainsSubstring("build" + std::to_string(i) + ": failed: why"));
}

TEST_CASE("what became of a build is told in a line") {
  auto built = result_of(Status::built);
  built.version = "1.2-1";
  built.repository = "kiln";
  built.finished = built.started + std::chrono::seconds(125);
  CHECK(told_of(built) == "foo: built 1.2-1 in 2:05, published in kiln");
  built.previous_version = "1.1-1";
  CHECK(told_of(built) == "foo: built 1.1-1 -> 1.2-1 in 2:05, published in kiln");
  built.previous_version = "1.2-1";
  CHECK(told_of(built) == "foo: built 1.2-1 in 2:05, published in kiln");
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
