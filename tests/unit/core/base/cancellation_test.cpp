#include "core/base/cancellation.hpp"

#include <csignal>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace std::chrono_literals;
using pkgkiln::Cancellation;
using pkgkiln::Cancelled;

TEST_CASE("nothing is asked of a new cancellation") {
  const Cancellation cancel;
  CHECK_FALSE(cancel.requested());
  CHECK(cancel.signal() == 0);
  CHECK_FALSE(cancel.deadline());
  CHECK_NOTHROW(cancel.check());
}

TEST_CASE("a request reaches every copy and tells its signal", "[concurrent]") {
  Cancellation cancel;
  const Cancellation copy = cancel;
  const Cancellation narrower = copy.with_deadline(Cancellation::Clock::now() + 1h);
  cancel.request(SIGTERM);
  CHECK(copy.requested());
  CHECK(narrower.requested());
  CHECK(narrower.signal() == SIGTERM);
  CHECK_FALSE(narrower.deadline_passed());
  CHECK_THROWS_AS(copy.check(), Cancelled);
}

TEST_CASE("a request without a signal is a request, and has no signal") {
  Cancellation cancel;
  cancel.request(0);
  CHECK(cancel.requested());
  CHECK(cancel.signal() == 0);
  CHECK_THROWS_WITH(cancel.check(), "interrupted");
}

TEST_CASE("a deadline that is over asks only those who have it") {
  const Cancellation cancel;
  const auto over = cancel.with_deadline(Cancellation::Clock::now() - 1ms);
  CHECK(over.requested());
  CHECK(over.deadline_passed());
  CHECK(over.signal() == 0);
  CHECK_THROWS_WITH(over.check(), "the time allowed is over");
  CHECK_FALSE(cancel.requested());
}

TEST_CASE("of two deadlines the earlier one counts") {
  const auto now = Cancellation::Clock::now();
  const auto early = Cancellation().with_deadline(now + 1min);
  CHECK(early.with_deadline(now + 1h).deadline() == now + 1min);
  CHECK(early.with_deadline(now + 1s).deadline() == now + 1s);
}

TEST_CASE("to be cancelled is no error that anybody handles") {
  STATIC_REQUIRE_FALSE(std::is_base_of_v<pkgkiln::Error, Cancelled>);
  Cancellation cancel;
  cancel.request(15);
  CHECK_THROWS_AS(cancel.check(), Cancelled);
}
