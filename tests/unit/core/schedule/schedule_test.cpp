#include "core/schedule/schedule.hpp"

#include <cstdlib>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

using Grammar = Schedule::Grammar;
using Strings = std::vector<std::string>;

constexpr std::time_t kMinute = 60, kHour = 3'600, kDay = 86'400;

// Set forward and back at night, with the rules of 2026.
constexpr const char* kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";
constexpr const char* kNewYork = "EST5EDT,M3.2.0,M11.1.0";
constexpr const char* kLordHowe = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0";  // by half an hour
constexpr const char* kAtMidnight = "<-03>3<-02>,M10.3.0/0,M2.3.0/0";      // there is none once
constexpr const char* kDateLine = "<-10>10<+14>-14,M12.5.3/0,M1.5.0/0";    // by a day
constexpr const char* kUtc = "UTC0";

/// The zone of this process, for as long as it lives.
class Zone {
 public:
  explicit Zone(const char* name) { set(name); }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;
  ~Zone() { was_.empty() ? set(nullptr) : set(was_.c_str()); }

 private:
  static void set(const char* name) {
    name == nullptr ? ::unsetenv("TZ") : ::setenv("TZ", name, 1);
    ::tzset();
  }
  std::string was_ = std::getenv("TZ") == nullptr ? "" : std::getenv("TZ");
};

/// "2026-03-29 01:30" of UTC.
std::time_t utc(const std::string& text) {
  std::tm time{};
  REQUIRE(::strptime(text.c_str(), "%Y-%m-%d %H:%M", &time) != nullptr);
  return ::timegm(&time);
}

std::string shown(std::time_t time) {
  return fmt::format("{:%F %R}", fmt::gmtime(time + offset_here(time)));
}

std::time_t next(const Schedule& schedule, std::time_t after) {
  return std::chrono::system_clock::to_time_t(
      schedule.next(std::chrono::system_clock::from_time_t(after)));
}

/// What the clock on the wall shows then; UTC where that comes twice.
Strings due(const std::string& text, const std::string& after, std::size_t count) {
  const auto schedule = Schedule::parse(text);
  Strings times;
  auto time = utc(after);
  while (times.size() < count) times.push_back(shown(time = next(schedule, time)));
  return times;
}

std::string complaint(const std::string& text, Grammar grammar = Grammar::cron) {
  try {
    Schedule::parse(text, grammar);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

/// By looking at every minute. What doesn't follow real time is due when the clock on the wall is
/// at such a time, or beyond it, for the first time.
std::set<std::time_t> seen(bool (*fits)(std::time_t hour, std::time_t minute), bool in_real_time,
                           std::time_t from, std::time_t to) {
  const auto is_due = [&](std::time_t wall) {
    return fits(wall % kDay / kHour, wall % kHour / kMinute);
  };
  std::set<std::time_t> result;
  auto latest = from - 2 * kDay + offset_here(from - 2 * kDay);
  for (auto time = from - 2 * kDay + kMinute; time < to; time += kMinute) {
    const auto wall = time + offset_here(time);
    bool found = in_real_time && is_due(wall);
    for (; !in_real_time && latest < wall; latest += kMinute)
      found = found || is_due(latest + kMinute);
    if (found && time > from) result.insert(time);
  }
  return result;
}

}  // namespace

TEST_CASE("a schedule has cron's five fields") {
  const Zone zone(kUtc);
  CHECK(due("30 3 * * *", "2026-05-01 12:00", 2) ==
        Strings{"2026-05-02 03:30", "2026-05-03 03:30"});
  CHECK(due("*/20 7-8 * * *", "2026-05-01 07:10", 5) ==
        Strings{"2026-05-01 07:20", "2026-05-01 07:40", "2026-05-01 08:00", "2026-05-01 08:20",
                "2026-05-01 08:40"});
  CHECK(due("5,1-2,50/4 0 1 JAN,mar *", "2025-12-31 23:59", 7) ==
        Strings{"2026-01-01 00:01", "2026-01-01 00:02", "2026-01-01 00:05", "2026-01-01 00:50",
                "2026-01-01 00:54", "2026-01-01 00:58", "2026-03-01 00:01"});
  CHECK(due("0 0 * * 7", "2026-05-01 00:00", 1) == due("0 0 * * sun", "2026-05-01 00:00", 1));
  CHECK(due("0 9 * * fri-sun", "2026-05-01 09:00", 3) ==
        Strings{"2026-05-02 09:00", "2026-05-03 09:00", "2026-05-08 09:00"});
  CHECK(due("0 */24 * * *", "2026-05-01 09:00", 1) == Strings{"2026-05-02 00:00"});
}

TEST_CASE("of two restricted days of a schedule either will do") {
  const Zone zone(kUtc);
  CHECK(due("0 0 13 * 5", "2026-02-01 00:00", 4) ==
        Strings{"2026-02-06 00:00", "2026-02-13 00:00", "2026-02-20 00:00", "2026-02-27 00:00"});
  CHECK(due("0 0 13 * fri", "2026-04-10 00:00", 2) ==
        Strings{"2026-04-13 00:00", "2026-04-17 00:00"});
  // As cron has it, what begins with a star restricts nothing that the other allows.
  CHECK(due("0 0 */10 * mon", "2026-05-01 12:00", 2) ==
        Strings{"2026-05-11 00:00", "2026-06-01 00:00"});
}

TEST_CASE("words stand for schedules") {
  const Zone zone(kUtc);
  const std::vector<std::pair<std::string, std::string>> words{
      {"@hourly", "2026-02-28 23:00"},   {"@daily", "2026-03-01 00:00"},
      {"@midnight", "2026-03-01 00:00"}, {"@weekly", "2026-03-01 00:00"},
      {"@Monthly", "2026-03-01 00:00"},  {"@yearly", "2027-01-01 00:00"},
      {"@annually", "2027-01-01 00:00"}};
  for (const auto& [word, expected] : words)
    CHECK(due(word, "2026-02-28 22:30", 1) == Strings{expected});
  CHECK(Schedule::parse(" @daily ").text() == "@daily");
  CHECK_THAT(complaint("@reboot"), ContainsSubstring("timer"));
  CHECK_THAT(complaint("@fortnightly"), ContainsSubstring("'@fortnightly' is none of @hourly"));
}

TEST_CASE("what is no schedule is refused with what is wrong") {
  const std::map<std::string, std::string> wrong{{"", "0 fields instead of 5"},
                                                 {"0 3", "2 fields instead of 5"},
                                                 {"0 3 * * * root", "6 fields"},
                                                 {"60 3 * * *", "minute '60' is not from 0 to 59"},
                                                 {"0 24 * * *", "hour '24'"},
                                                 {"0 0 0 * *", "day of the month '0'"},
                                                 {"0 0 * 13 *", "month '13'"},
                                                 {"0 0 * * 8", "day of the week '8'"},
                                                 {"0 0 * * foo", "day of the week 'foo'"},
                                                 {"0 0 * anf *", "month 'anf'"},
                                                 {"0 0 * sun *", "month 'sun'"},
                                                 {"-5 0 * * *", "minute ''"},
                                                 {"+5 0 * * *", "minute '+5'"},
                                                 {"1.5 0 * * *", "minute '1.5'"},
                                                 {"5-1 0 * * *", "rising order"},
                                                 {"1-2-3 0 * * *", "range"},
                                                 {"1/2/3 0 * * *", "range"},
                                                 {"*/0 0 * * *", "a step from 1 to 60"},
                                                 {"*/61 0 * * *", "a step from 1 to 60"},
                                                 {"*/ 0 * * *", "minute ''"},
                                                 {"1,,2 0 * * *", "minute ''"},
                                                 {"99999999999 0 * * *", "minute '99999999999'"},
                                                 {"0 0 30 2 *", "no year has such a date"},
                                                 {"0 0 31 4,6,9,11 *", "no year has such a date"},
                                                 {"0\n0 * * *", "fields"},
                                                 {std::string(300, '1'), "too long"}};
  for (const auto& [text, expected] : wrong)
    CHECK_THAT(complaint(text), ContainsSubstring(expected));
  CHECK(complaint("0 0 30 2 mon").empty());  // on Mondays
}

TEST_CASE("Vieter's schedules have two to four fields, and numbers") {
  const auto text = [](const char* given) {
    return Schedule::parse(given, Grammar::vieter).text();
  };
  CHECK(text("0 3") == "0 3 * * *");
  CHECK(text("  5/20   0-4,9  1 ") == "5/20 0-4,9 1 * *");
  CHECK(text("0 1 2 3 ") == "0 1 2 3 *");
  for (const std::string bad :
       {"4 *-7",     "4 *-7/4", "4 7/*",   "0 0 30 2", "0 /5",  "0  ",    "0",         "",
        "1 2 3 4~9", "1 1-3-5", "0 5/2-5", "1 1/2/3",  "*5 8",  "x 8",    "0 3 * * *", "@daily",
        "0 0 1 jan", "0\t3",    "*/60 3",  "0 */24",   "0 0 0", "0 0 1 0"})
    CHECK(!complaint(bad, Grammar::vieter).empty());
}

TEST_CASE("a time that is skipped is due right after, and one that comes twice is due once") {
  {
    const Zone zone(kBerlin);
    CHECK(due("30 2 * * *", "2026-03-28 00:00", 4) ==
          Strings{"2026-03-28 02:30", "2026-03-29 03:00", "2026-03-30 02:30", "2026-03-31 02:30"});
    CHECK(due("*/10 2 * * *", "2026-03-28 02:00", 2) ==
          Strings{"2026-03-29 03:00", "2026-03-30 02:00"});
    CHECK(due("30 2 * * *", "2026-10-24 12:00", 2) ==
          Strings{"2026-10-25 02:30", "2026-10-26 02:30"});
    // The first of the two: 00:30 and 01:30 of UTC.
    CHECK(next(Schedule::parse("30 2 * * *"), utc("2026-10-24 12:00")) == utc("2026-10-25 00:30"));
    CHECK(next(Schedule::parse("30 2 * * *"), utc("2026-10-25 01:10")) == utc("2026-10-26 01:30"));
  }
  const Zone zone(kAtMidnight);
  CHECK(due("@daily", "2026-10-17 12:00", 2) == Strings{"2026-10-18 01:00", "2026-10-19 00:00"});
}

TEST_CASE("what is due in every hour follows real time") {
  const Zone zone(kBerlin);
  CHECK(due("@hourly", "2026-03-28 23:30", 3) ==
        Strings{"2026-03-29 01:00", "2026-03-29 03:00", "2026-03-29 04:00"});
  CHECK(due("@hourly", "2026-10-24 23:30", 4) ==
        Strings{"2026-10-25 02:00", "2026-10-25 02:00", "2026-10-25 03:00", "2026-10-25 04:00"});
}

TEST_CASE("leap days, ends of months and rare dates come when there are such") {
  const Zone zone(kUtc);
  CHECK(due("0 0 29 2 *", "2026-01-01 00:00", 2) ==
        Strings{"2028-02-29 00:00", "2032-02-29 00:00"});
  CHECK(due("0 0 29 2 *", "2096-03-01 00:00", 1) == Strings{"2104-02-29 00:00"});
  CHECK(due("0 0 31 * *", "2026-01-31 00:00", 3) ==
        Strings{"2026-03-31 00:00", "2026-05-31 00:00", "2026-07-31 00:00"});
  CHECK(due("0 0 29 2 */7", "2088-03-01 00:00", 1) == Strings{"2128-02-29 00:00"});
  CHECK(due("59 23 31 12 *", "2026-12-31 23:59", 1) == Strings{"2027-12-31 23:59"});
  CHECK(due("0 0 1 1 *", "1969-06-01 00:00", 1) == Strings{"1970-01-01 00:00"});
}

TEST_CASE("schedules come out as a look at every minute says") {
  struct Case {
    const char* schedule;
    bool (*fits)(std::time_t hour, std::time_t minute);
    bool in_real_time = false;
  };
  const std::vector<Case> cases{
      {"*/7 * * * *", [](auto, auto minute) { return minute % 7 == 0; }, true},
      {"45 */2 * * *", [](auto hour, auto minute) { return hour % 2 == 0 && minute == 45; }, true},
      {"*/30 0-3 * * *", [](auto hour, auto minute) { return hour < 4 && minute % 30 == 0; }},
      {"15/15 2 * * *",
       [](auto hour, auto minute) { return hour == 2 && minute % 15 == 0 && minute > 0; }},
      {"20 22-23 * * *", [](auto hour, auto minute) { return hour > 21 && minute == 20; }},
      {"0 0 * * *", [](auto hour, auto minute) { return hour == 0 && minute == 0; }}};
  // Around each time at which a clock is set.
  const std::vector<std::pair<const char*, std::string>> zones{
      {kBerlin, "2026-03-28 12:00"},     {kBerlin, "2026-10-24 12:00"},
      {kNewYork, "2026-03-07 12:00"},    {kNewYork, "2026-10-31 12:00"},
      {kLordHowe, "2026-04-04 02:00"},   {kLordHowe, "2026-10-03 02:00"},
      {kAtMidnight, "2026-02-14 12:00"}, {kAtMidnight, "2026-10-17 12:00"},
      {kDateLine, "2025-12-30 12:00"},   {kDateLine, "2026-01-25 05:00"}};
  for (const auto& [name, begin] : zones) {
    const Zone zone(name);
    const auto from = utc(begin), to = from + 2 * kDay;
    for (const auto& one : cases) {
      const auto schedule = Schedule::parse(one.schedule);
      std::set<std::time_t> found;
      for (auto time = next(schedule, from); time < to; time = next(schedule, time))
        found.insert(time);
      INFO(name << " " << begin << " " << one.schedule);
      CHECK(found == seen(one.fits, one.in_real_time, from, to));
    }
  }
}
