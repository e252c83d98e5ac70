#include "cli/terminal/live_view.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace pkgkiln::cli;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

/// A run that began at 0 s, and how it looks.
struct Watched {
  static LiveView::Time at(std::chrono::seconds time) { return LiveView::Time{1'000'000s + time}; }

  LiveView view{at(0s)};

  template <typename What>
  void hear(std::chrono::seconds time, What what) {
    view.hear({at(time), std::move(what)});
  }
  void begin(std::chrono::seconds time, const std::string& target, const std::string& step) {
    hear(time, BuildBegun{target, "", ""});
    hear(time, StepBegun{target, step, "1.2-1"});
  }
  void end(std::chrono::seconds time, const std::string& target, Status status) {
    Ended ended;
    ended.target.name = target;
    ended.result.status = status;
    hear(time, ended);
  }
  Texts shows(std::chrono::seconds time, std::size_t columns, std::size_t rows = 24) const {
    Texts texts;
    for (const auto& line : view.lines({columns, rows}, at(time))) {
      texts.push_back(rendered(line, columns - 1, false));
      CHECK(text_width(texts.back()) < columns);
    }
    CHECK(texts.size() <= std::max<std::size_t>(1, rows / 2));
    return texts;
  }
};

/// Two builds go on, of four.
Watched of_four() {
  Watched run;
  run.hear(1s, Planned{4, 9, 2});
  run.hear(1s, Waiting{"firefox", {}, 200s});
  run.hear(1s, Waiting{"libfoo", {}, 0s});
  run.hear(1s, Waiting{"app", {}, 60s});
  run.hear(1s, Waiting{"tool", {}, 30s});
  run.hear(1s, Waiting{"app", {"libfoo", "firefox"}, 60s});
  run.begin(5s, "firefox", "build");
  run.begin(10s, "libfoo", "fetch");
  run.view.logged("firefox", "==> [14:02:11] build (builder, network off)");
  run.view.logged("firefox", "[ 45%] Building CXX object browser/components/編集.o");
  run.view.logged("firefox", "");
  return run;
}

}  // namespace

TEST_CASE("times are told as a clock does, and roughly") {
  CHECK(clock_text(7s) == "0:07");
  CHECK(clock_text(754s) == "12:34");
  CHECK(clock_text(3723s) == "1:02:03");
  CHECK(clock_text(-5s) == "0:00");
  CHECK(rough_text(99s) == "99 s");
  CHECK(rough_text(100s) == "2 min");
  CHECK(rough_text(3600s) == "1 h");
  CHECK(rough_text(7800s) == "2 h 10 min");
}

TEST_CASE("a run is shown by its builds, its queue, and how much is done") {
  const auto run = of_four();
  CHECK(run.shows(65s, 80) ==
        Texts{"firefox 1.2-1  build  1:00/3:20  [ 45%] Building CXX object browser/components…",
              "libfoo 1.2-1   fetch       0:55", "next     tool", "waiting  app for libfoo +1",
              "0 of 4 done · at least 3 min left · 1:05 · 2 under way"});
  CHECK(run.shows(65s, 40) ==
        Texts{"firefox  build  1:00/3:20  [ 45%] Buil…", "libfoo   fetch       0:55",
              "next     tool", "waiting  app for libfoo +1", "0 of 4 done · at least 3 min left"});
}

TEST_CASE("a narrow or low terminal gets what fits") {
  auto run = of_four();
  run.begin(11s, "tool", "build");
  CHECK(run.shows(65s, 20, 8) ==
        Texts{"firefox  1:00/3:20", "+2 more", "waiting  app for l…", "0 of 4 done"});
  CHECK(run.shows(65s, 80, 3) == Texts{"0 of 4 done · at least 3 min left · 1:05 · 3 under way"});
  CHECK(run.shows(65s, 2, 1) == Texts{"…"});
}

TEST_CASE("what ended is shown no more, and counted once") {
  auto run = of_four();
  run.end(20s, "libfoo", Status::failed);
  run.end(20s, "libfoo", Status::failed);
  run.end(20s, "never queued", Status::up_to_date);
  CHECK(run.shows(25s, 80).back() ==
        "1 of 4 done · 1 failed · about 4 min left · 0:25 · 1 under way");
  run.end(30s, "firefox", Status::built);
  CHECK(run.shows(30s, 80) ==
        Texts{"next     app, tool", "2 of 4 done · 1 failed · about 60 s left · 0:30"});
  run.end(31s, "app", Status::blocked);
  run.end(31s, "tool", Status::held);
  CHECK(run.shows(31s, 80).back() == "4 of 4 done · 1 failed · 0:31");
}

TEST_CASE("the time that is left follows the longest chain, and is honest") {
  Watched run;
  run.hear(0s, Planned{3, 3, 8});
  run.hear(0s, Waiting{"a", {}, 100s});
  run.hear(0s, Waiting{"b", {"a"}, 100s});
  run.hear(0s, Waiting{"c", {"b"}, 100s});
  CHECK(run.shows(0s, 80).back() == "0 of 3 done · about 5 min left · 0:00");
  run.begin(0s, "a", "build");
  CHECK(run.shows(60s, 80).back() == "0 of 3 done · about 4 min left · 1:00 · 1 under way");
  Watched first;
  first.hear(0s, Waiting{"a", {}, 0s});
  CHECK(first.shows(0s, 80).back() == "0 of 1 done · time left unknown · 0:00");
  // A circle is an error of others.
  run.hear(0s, Waiting{"b", {"c"}, 100s});
  CHECK(run.shows(0s, 80).size() == 3);
}

TEST_CASE("what a build waits for its slot is no time of it") {
  Watched run;
  run.hear(0s, Waiting{"a", {}, 100s});
  run.begin(0s, "a", "wait");
  CHECK(run.shows(50s, 80).front() == "a 1.2-1  wait  ");
  run.hear(60s, StepBegun{"a", "dependencies"});
  CHECK(run.shows(65s, 80).front() == "a 1.2-1  dependencies  0:05/1:40");
}

TEST_CASE("pulls and uploads tell their bytes and their rate") {
  Watched run;
  run.hear(0s, ImageBegun{});
  run.view.transferred("", {"pull", 0, 0}, run.at(0s));
  run.view.transferred("", {"pull", 4U << 20U, 16U << 20U}, run.at(2s));
  CHECK(run.shows(2s, 80).front() ==
        "builder image  make  0:02  pull 4.0 MiB of 16.0 MiB, 2.0 MiB/s");
  run.view.logged("", "installing");
  CHECK(run.shows(3s, 80).front() == "builder image  make  0:03  installing");
  run.hear(4s, Waiting{"a", {}, 0s});
  CHECK(run.shows(4s, 80).front() == "next     a");
  run.begin(5s, "a", "publish");
  run.view.transferred("a", {"a-1-1-any.pkg.tar.zst", 100, 0}, run.at(5s));
  CHECK(run.shows(5s, 80).front() == "a 1.2-1  publish  0:00  a-1-1-any.pkg.tar.zst 100 B");
}

TEST_CASE("before anything is queued it is said what goes on") {
  Watched run;
  CHECK(run.shows(3s, 80) == Texts{"looking at what changed · 0:03"});
  run.hear(3s, Planned{2, 5, 1});
  CHECK(run.shows(4s, 80) == Texts{"getting ready for 2 of 5 targets · 0:04"});
}

TEST_CASE("what a build prints can't move the cursor") {
  Watched run;
  run.begin(0s, "a", "build");
  run.view.logged("a", "--> [14:02:11] a note of ours");
  CHECK(run.shows(0s, 80).front() == "a 1.2-1  build  0:00  --> [14:02:11] a note of ours");
  run.view.logged("a", "\x1b[2J\tx");
  CHECK(run.shows(0s, 80).front() == "a 1.2-1  build  0:00  \\x1b[2J x");
}
