#include "core/schedule/schedule.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"

namespace pkgkiln {

namespace {

constexpr std::int64_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr std::int64_t kMinutesOfDay = 24 * 60;
/// Feb 29 is on a given day of the week once in 40 years, when a century is between.
constexpr std::int64_t kLongestPause = 41 * 366;
constexpr std::size_t kLongestText = 256;

struct Field {
  const char* name;
  int first, last;
  std::string_view words = {};  // for the numbers from `first` on, three letters each
};
constexpr std::array<Field, 5> kFields{{{"minute", 0, 59},
                                        {"hour", 0, 23},
                                        {"day of the month", 1, 31},
                                        {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
                                        {"day of the week", 0, 7, "sunmontuewedthufrisat"}}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kWords{
    {{"@hourly", "0 * * * *"},
     {"@daily", "0 0 * * *"},
     {"@midnight", "0 0 * * *"},
     {"@weekly", "0 0 * * 0"},
     {"@monthly", "0 0 1 * *"},
     {"@yearly", "0 0 1 1 *"},
     {"@annually", "0 0 1 1 *"}}};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto* end = text.data() + text.size();
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end ? std::optional(value) : std::nullopt;
}

/// Reads a field: a list of "*", "a" and "a-b", each maybe with "/n".
class FieldReader {
 public:
  FieldReader(const Field& field, Schedule::Grammar grammar) : field_(field), grammar_(grammar) {}

  std::uint64_t read(std::string_view text) const {
    std::uint64_t bits = 0;
    for (const auto part : split(text, ',')) bits |= part_of(part);
    constexpr std::uint64_t sunday = 1, also_sunday = sunday << 7U;
    return field_.last == 7 && (bits & also_sunday) != 0 ? bits | sunday : bits;
  }

 private:
  Error wrong(std::string_view text, const std::string& expected) const {
    return Error(fmt::format("its {} '{}' is not {}", field_.name, printable(text, 40), expected));
  }

  std::uint64_t part_of(std::string_view part) const {
    const auto range_and_step = split(part, '/');
    const auto ends = split(range_and_step[0], '-');
    if (range_and_step.size() > 2 || ends.size() > 2) throw wrong(part, "a range such as 1-5/2");
    const bool has_step = range_and_step.size() == 2;
    int first = field_.first, last = field_.last;
    if (range_and_step[0] != "*") {
      first = value(ends[0]);
      if (ends.size() == 2)
        last = value(ends[1]);
      else if (!has_step)
        last = first;
      if (last == 0 && field_.last == 7 && first > 0) last = 7;  // fri-sun
      if (last < first) throw wrong(part, "in rising order");
    }
    const int step = has_step ? step_of(range_and_step[1]) : 1;
    std::uint64_t bits = 0;
    for (int i = first; i <= last; i += step) bits |= std::uint64_t{1} << static_cast<unsigned>(i);
    return bits;
  }

  int value(std::string_view text) const {
    if (grammar_ == Schedule::Grammar::cron && text.size() == 3)
      if (const auto at = field_.words.find(lower_case(text));
          at != std::string_view::npos && at % 3 == 0)
        return field_.first + static_cast<int>(at / 3);
    const auto found = number(text);
    if (!found || *found < field_.first || *found > field_.last)
      throw wrong(text, fmt::format("from {} to {}", field_.first, field_.last));
    return *found;
  }

  int step_of(std::string_view text) const {
    const int most = field_.last - field_.first + (grammar_ == Schedule::Grammar::cron ? 1 : 0);
    const auto found = number(text);
    if (!found || *found < 1 || *found > most)
      throw wrong(text, fmt::format("a step from 1 to {}", most));
    return *found;
  }

  const Field& field_;
  Schedule::Grammar grammar_;
};

std::string fields_of_word(std::string_view word) {
  for (const auto& [known, fields] : kWords)
    if (lower_case(word) == known) return std::string(fields);
  if (lower_case(word) == "@reboot")
    throw Error("'@reboot' is no time").because("a timer of systemd or cron may build then");
  throw Error(fmt::format("'{}' is none of @hourly, @daily, @weekly, @monthly and @yearly",
                          printable(word, 40)));
}

/// The fields of crontab(5).
std::vector<std::string> fields_of(std::string_view text, Schedule::Grammar grammar) {
  const bool is_cron = grammar == Schedule::Grammar::cron;
  std::string spaced(text);
  if (is_cron) std::replace(spaced.begin(), spaced.end(), '\t', ' ');
  std::vector<std::string> fields;
  for (const auto part : split(spaced, ' '))
    if (!part.empty()) fields.emplace_back(part);
  if (is_cron && fields.size() == 1 && fields[0].starts_with('@'))
    return fields_of(fields_of_word(fields[0]), grammar);
  const std::size_t least = is_cron ? kFields.size() : 2, most = is_cron ? kFields.size() : 4;
  if (fields.size() < least || fields.size() > most)
    throw Error(fmt::format("it has {} fields instead of {}", fields.size(),
                            is_cron ? "5: minute, hour, day of the month, month, day of the week"
                                    : "2 to 4: minute, hour, day, month"));
  fields.resize(kFields.size(), "*");
  return fields;
}

/// After `from`, where the offset is another at `until`.
std::int64_t first_change(std::int64_t from, std::int64_t until, Schedule::Offset offset) {
  const auto before = offset(from);
  while (until - from > 1) {
    const auto middle = from + (until - from) / 2;
    (offset(middle) == before ? from : until) = middle;
  }
  return until;
}

/// The latest that the clock on the wall has shown; it may have been set back since.
std::int64_t latest_shown(std::int64_t time, Schedule::Offset offset) {
  const auto now = offset(time), before = offset(time - kDay);
  if (before <= now) return time + now;
  return std::max(time + now, first_change(time - kDay, time, offset) - 1 + before);
}

/// When the clock on the wall first shows that, or is set beyond it.
std::int64_t first_shown(std::int64_t wall, Schedule::Offset offset) {
  const auto before = offset(wall - kDay), later = offset(wall + kDay);
  for (const auto one : {std::max(before, later), std::min(before, later)})
    if (offset(wall - one) == one) return wall - one;
  return first_change(wall - later, wall - before, offset);
}

}  // namespace

std::int64_t offset_here(std::time_t time) {
  std::tm here{};
  return ::localtime_r(&time, &here) == nullptr ? 0 : here.tm_gmtoff;
}

Schedule Schedule::parse(std::string_view text, Grammar grammar) {
  if (text.size() > kLongestText) throw Error("it is too long");
  const auto fields = fields_of(text, grammar);
  const auto bits = [&](std::size_t i) { return FieldReader(kFields[i], grammar).read(fields[i]); };
  Schedule result;
  result.text_ = trimmed(text);
  if (grammar == Grammar::vieter) result.text_ = fmt::format("{}", fmt::join(fields, " "));
  result.minutes_ = bits(0);
  result.hours_ = bits(1);
  result.days_ = bits(2);
  result.months_ = bits(3);
  result.weekdays_ = bits(4);
  result.is_hourly_ = fields[1].starts_with('*');
  result.either_day_will_do_ = !fields[2].starts_with('*') && !fields[4].starts_with('*');
  if (!result.following(0)) throw Error("no year has such a date");
  return result;
}

bool Schedule::is_on(std::int64_t day) const {
  const std::chrono::sys_days date{std::chrono::days(day)};
  const std::chrono::year_month_day parts(date);
  const auto has = [](std::uint64_t bits, unsigned bit) { return (bits >> bit & 1U) != 0; };
  const bool by_month_day = has(days_, static_cast<unsigned>(parts.day()));
  const bool by_weekday = has(weekdays_, std::chrono::weekday(date).c_encoding());
  return has(months_, static_cast<unsigned>(parts.month())) &&
         (either_day_will_do_ ? by_month_day || by_weekday : by_month_day && by_weekday);
}

std::optional<std::int64_t> Schedule::following(std::int64_t wall) const {
  const auto floor = [](std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); };
  const auto from = floor(wall, kMinute) + 1;
  const auto today = floor(from, kMinutesOfDay);
  for (auto day = today; day < today + kLongestPause; ++day) {
    if (!is_on(day)) continue;
    const auto passed = day == today ? static_cast<unsigned>(from - day * kMinutesOfDay) : 0U;
    auto minutes = minutes_ >> passed % 60 << passed % 60;
    for (auto hour = passed / 60; hour < 24; ++hour, minutes = minutes_)
      if ((hours_ >> hour & 1U) != 0 && minutes != 0)
        return day * kDay + hour * kHour + std::countr_zero(minutes) * kMinute;
  }
  return std::nullopt;
}

std::optional<std::int64_t> Schedule::next_in_real_time(std::int64_t after, Offset offset) const {
  auto wall = after + offset(after);
  for (auto time = after;;) {
    const auto now = offset(time);
    const auto due = following(wall);
    if (!due) return std::nullopt;
    const auto until = std::min(*due - now, time + kDay);
    if (offset(until) == now) return until == *due - now ? until : first_shown(*due, offset);
    time = first_change(time, until, offset);
    wall = time + offset(time) - 1;
  }
}

Schedule::Time Schedule::next(Time after, Offset offset) const {
  const auto from = std::chrono::floor<std::chrono::seconds>(after.time_since_epoch()).count();
  std::optional<std::int64_t> due;
  if (is_hourly_)
    due = next_in_real_time(from, offset);
  else if (due = following(latest_shown(from, offset)); due)
    due = first_shown(*due, offset);
  return due ? Time(std::chrono::seconds(*due)) : Time::max();
}

}  // namespace pkgkiln
