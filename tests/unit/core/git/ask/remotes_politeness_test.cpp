#include <atomic>
#include <thread>

#include "core/git/ask/remotes.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/ask/http_repository.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Clock = Cancellation::Clock;

namespace {

/// Answers the first requests, so many of them, with these bytes.
SmartServer::Intercept first_answers(int count, const std::string& bytes) {
  return [left = std::make_shared<std::atomic<int>>(count),
          bytes](const std::string&) -> std::optional<std::string> {
    if (left->fetch_sub(1) > 0) return bytes;
    return std::nullopt;
  };
}

}  // namespace

TEST_CASE("a host that asks to be left alone is, by all questions", "[concurrent]") {
  const auto status = GENERATE(429, 503);
  HttpRepository remote(first_answers(1, scripted::answer(status, "", "Retry-After: 1\r\n")));
  const auto begin = Clock::now();
  CHECK(remote.remotes.ask_tip(remote.url(), "", kNever).commit == remote.commit);
  CHECK(Clock::now() - begin >= 1s);
}

TEST_CASE("a host that wants to be left alone for long is not asked again") {
  HttpRepository remote(first_answers(1, scripted::answer(429, "", "Retry-After: 600\r\n")));
  for (int i = 0; i < 2; ++i)
    CHECK_THROWS_WITH(
        remote.remotes.ask_tip(remote.url(), "", kNever),
        ContainsSubstring("can't answer now") && ContainsSubstring("asks to be left alone for"));
  CHECK(remote.server.requests().size() == 1);
}

TEST_CASE("what may pass is tried three times after the bare request for refs") {
  const auto status = GENERATE(500, 502, 503);
  SECTION("and passes") {
    HttpRepository remote(first_answers(3, scripted::answer(status, "")));
    CHECK(remote.remotes.ask_tip(remote.url(), "", kNever).commit == remote.commit);
  }
  SECTION("and doesn't") {
    HttpRepository remote(first_answers(4, scripted::answer(status, "")));
    CHECK_THROWS_WITH(remote.remotes.ask_tip(remote.url(), "", kNever),
                      ContainsSubstring("the server can't answer now") &&
                          ContainsSubstring("answers " + std::to_string(status)) &&
                          ContainsSubstring("tried 3 times"));
    CHECK(remote.server.requests().size() == 4);
  }
}

TEST_CASE("a bare request for refs that fails leads to the whole exchange") {
  std::atomic<int> posts = 0;
  const auto bytes = GENERATE(as<std::string>{}, scripted::answer(500, ""),
                              scripted::answer(404, ""), scripted::answer(200, "0000"), "rubbish");
  HttpRepository remote([&](const std::string& head) -> std::optional<std::string> {
    if (head.starts_with("POST") && posts++ == 1) return bytes;
    return std::nullopt;
  });
  for (int i = 0; i < 2; ++i)
    CHECK(remote.remotes.ask_tip(remote.url(), "", kNever).commit == remote.commit);
  CHECK(remote.server.requests().size() == 4);
}

TEST_CASE("rubbish is not believed, and the git program neither helps") {
  const std::string type = "Content-Type: application/x-git-upload-pack-advertisement\r\n";
  const auto body = GENERATE(as<std::string>{}, "", "rubbish", "001e# service=git-upload-pack\n",
                             "001e# service=git-upload-pack\n00000032" + std::string(40, 'a'));
  HttpRepository remote([&](const std::string&) { return scripted::answer(200, body, type); });
  CHECK_THROWS_WITH(remote.remotes.ask_tip(remote.url(), "", kNever),
                    ContainsSubstring("cannot ask"));
}

TEST_CASE("an answer that is too long is cut off") {
  const std::string type = "Content-Type: application/x-git-upload-pack-advertisement\r\n";
  HttpRepository remote([&](const std::string&) {
    return scripted::answer(200, std::string((16U << 20U) + 1, '0'), type);
  });
  CHECK_THROWS_WITH(remote.remotes.ask_tip(remote.url(), "", kNever),
                    ContainsSubstring("is longer than 16777216 bytes"));
  CHECK(remote.server.requests().size() == 2);
}

TEST_CASE("only so many questions at once go to one host, over kept connections", "[concurrent]") {
  HttpRepository remote([](const std::string&) -> std::optional<std::string> {
    std::this_thread::sleep_for(5ms);
    return std::nullopt;
  });
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 3; ++k)
        if (remote.remotes.ask_tip(remote.url(), "", kNever).commit == remote.commit) ++right;
    });
  for (auto& thread : threads) thread.join();
  CHECK(right == 48);
  CHECK(remote.server.most_at_once() > 1);
  CHECK(remote.server.most_at_once() <= 8);
  CHECK(remote.server.connections() <= 8);
}

TEST_CASE("a question to a silent host ends when it is cancelled, or its time is over",
          "[concurrent]") {
  HttpRepository remote([](const std::string&) -> std::optional<std::string> {
    std::this_thread::sleep_for(3s);
    return std::nullopt;
  });
  const auto soon = kNever.with_deadline(Clock::now() + 100ms);
  CHECK_THROWS_AS(remote.remotes.ask_tip(remote.url(), "", soon), Cancelled);
  auto politeness = kHasty;
  politeness.for_one = 1s;
  git::Remotes hasty(politeness);
  CHECK_THROWS_WITH(hasty.ask_tip(remote.url(), "", kNever),
                    ContainsSubstring("did not answer within 1 s"));
}

TEST_CASE("a fetch that a server is too busy for is tried again") {
  int answers = 0;
  HttpRepository remote([&](const std::string& head) -> std::optional<std::string> {
    if (head.find("User-Agent: git/2 (pkgkiln)") != std::string::npos || answers > 0)
      return std::nullopt;
    ++answers;
    return scripted::answer(429, "");
  });
  const auto tip = remote.remotes.ask_tip(remote.url(), "", kNever);
  git::Mirror mirror(remote.dir.path() / "mirror", remote.url(), remote.remotes);
  CHECK(mirror.fetch(tip, kNever) == tip);
  CHECK(answers == 1);
}

TEST_CASE("of a host that bears less, less is asked at once", "[concurrent]") {
  HttpRepository remote([](const std::string&) -> std::optional<std::string> {
    std::this_thread::sleep_for(20ms);
    return std::nullopt;
  });
  auto politeness = kHasty;
  politeness.less_at_once[git::Remotes::host_of(remote.url())] = 2;
  git::Remotes remotes(politeness);
  CHECK(remotes.at_once_of(git::Remotes::host_of(remote.url())) == 2);
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&] { remotes.ask_tip(remote.url(), "", kNever); });
  for (auto& thread : threads) thread.join();
  CHECK(remote.server.most_at_once() <= 2);
}
