#include "core/schedule/due.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace std::chrono_literals;

namespace {

using Strings = std::vector<std::string>;

Target target(const char* name, const char* schedule) {
  Target result;
  result.name = name;
  result.schedule = schedule;
  return result;
}

TargetState attempted(const char* name, Due::Time when) {
  TargetState state;
  state.target = name;
  state.attempted = when;
  return state;
}

}  // namespace

TEST_CASE("what was due since its latest attempt is due, once, however often it was missed") {
  // 10:30 of UTC, and of every zone that is whole hours from it.
  const auto now = std::chrono::system_clock::from_time_t(1'800'009'000);
  const std::vector<Target> targets{target("hourly", "0 * * * *"),  target("missed", "@hourly"),
                                    target("done", "*/30 * * * *"), target("never", "@yearly"),
                                    target("always", ""),           target("ahead", "@yearly")};
  const std::vector<TargetState> states{
      attempted("hourly", now - 31min), attempted("missed", now - 72h), attempted("done", now),
      attempted("always", now - 1s),    attempted("ahead", now + 24h),  attempted("gone", now)};
  CHECK(due_targets(targets, states, now) ==
        Strings{"hourly", "missed", "never", "always", "ahead"});
  const auto later =
      due_times({target("done", "*/30 * * * *")}, {attempted("done", now)}, now + 5min);
  REQUIRE(later.size() == 1);
  CHECK(later[0].next == now + 30min);
  CHECK(later[0].attempted == now);
  CHECK(
      due_targets({target("done", "*/30 * * * *")}, {attempted("done", now)}, now + 29min).empty());
  CHECK(
      due_targets({target("done", "*/30 * * * *")}, {attempted("done", now)}, now + 30min).size() ==
      1);
}
