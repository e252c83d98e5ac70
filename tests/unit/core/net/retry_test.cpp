#include "core/net/retry.hpp"

#include <thread>

#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using net::TransportError;
using net::TryLater;

namespace {

constexpr net::Patience kShort{100ms, 5ms, 10ms};
const auto never = Cancellation::never();

}  // namespace

TEST_CASE("what fails for a while is tried until it succeeds") {
  int attempts = 0;
  net::retry(kShort, never, [&] {
    ++attempts;
    if (attempts == 1) throw TryLater("it is busy");
    if (attempts == 2) throw TransportError(TransportError::Kind::broken, true, "cut off");
  });
  CHECK(attempts == 3);
}

TEST_CASE("what can't pass is not tried again") {
  int attempts = 0;
  const auto certificate = [&] {
    ++attempts;
    throw TransportError(TransportError::Kind::tls, false, "the certificate is bad");
  };
  CHECK_THROWS_AS(net::retry(kShort, never, certificate), TransportError);
  CHECK(attempts == 1);
  const auto other = [&] {
    ++attempts;
    throw Error("no such repository");
  };
  CHECK_THROWS_AS(net::retry(kShort, never, other), Error);
  CHECK(attempts == 2);
}

TEST_CASE("when the patience is over the last failure says how often it was tried") {
  int attempts = 0;
  try {
    net::retry(kShort, never, [&] { throw TryLater(++attempts > 1 ? "later" : "first"); });
    FAIL("it succeeded");
  } catch (const TryLater& error) {
    CHECK(error.what_failed() == "later");
    CHECK(attempts > 3);
    CHECK_THAT(error.what(), ContainsSubstring("tried " + std::to_string(attempts) + " times in"));
  }
}

TEST_CASE("what takes longer than the patience is tried again if that is wished") {
  auto patience = kShort;
  patience.least_attempts = 2;
  int attempts = 0;
  const auto slow = [&] {
    ++attempts;
    std::this_thread::sleep_for(patience.total + 10ms);
    throw TryLater("cut off at its end");
  };
  CHECK_THROWS_AS(net::retry(patience, never, slow), TryLater);
  CHECK(attempts == 2);
}

TEST_CASE("no patience is one attempt") {
  int attempts = 0;
  const auto attempt = [&] {
    ++attempts;
    throw TryLater("busy");
  };
  CHECK_THROWS_WITH(net::retry({0ms, 5ms, 10ms}, never, attempt), "busy");
  CHECK(attempts == 1);
}

TEST_CASE("attempts may be bounded") {
  int attempts = 0;
  const auto attempt = [&] {
    ++attempts;
    throw TryLater("busy");
  };
  CHECK_THROWS_WITH(net::retry({60s, 1ms, 1ms, 3}, never, attempt),
                    ContainsSubstring("tried 3 times"));
  CHECK(attempts == 3);
}

TEST_CASE("a server's wish for a longer pause than the patience ends it at once") {
  int attempts = 0;
  const auto attempt = [&] {
    ++attempts;
    TryLater later("busy");
    later.after = 3'600s;
    throw TryLater(later);
  };
  CHECK_THROWS_AS(net::retry(kShort, never, attempt), TryLater);
  CHECK(attempts == 1);
}

TEST_CASE("a pause ends when it is cancelled") {
  const auto cancel = never.with_deadline(Cancellation::Clock::now() + 30ms);
  const auto begin = Cancellation::Clock::now();
  CHECK_THROWS_AS(net::retry({60s, 20s, 20s}, cancel, [] { throw TryLater("busy"); }), Cancelled);
  CHECK(Cancellation::Clock::now() - begin < 5s);
}
