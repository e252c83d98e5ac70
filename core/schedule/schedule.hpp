#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace pkgkiln {

/// Seconds that the clock on the wall is ahead of UTC then.
std::int64_t offset_here(std::time_t time);

/// When something is due, as in crontab(5): minute, hour, day of the month, month and day of the
/// week, or a word such as "@daily". Where both days are restricted, either will do.
///
/// A time that is skipped when the clock is set forward is due once, right after that; one that
/// comes twice when it is set back is due once. What is due in every hour (its hour begins with
/// "*") follows real time instead.
///
/// This is our own: Debian and Arch have no library for it that both have, and it is small.
class Schedule {
 public:
  using Time = std::chrono::system_clock::time_point;
  using Offset = std::int64_t (*)(std::time_t);
  enum class Grammar {
    cron,
    vieter,  // minute, hour, and maybe day and month; numbers only, and "a/n" from `a` on
  };

  /// Throws Error with what is wrong, also for dates that no year has.
  static Schedule parse(std::string_view text, Grammar grammar = Grammar::cron);

  /// The first time after that one.
  Time next(Time after, Offset offset = offset_here) const;

  /// In cron's grammar.
  const std::string& text() const { return text_; }

 private:
  Schedule() = default;
  bool is_on(std::int64_t day) const;
  /// Of the clock on the wall, in seconds as if it showed UTC.
  std::optional<std::int64_t> following(std::int64_t wall) const;
  std::optional<std::int64_t> next_in_real_time(std::int64_t after, Offset offset) const;

  std::string text_;
  std::uint64_t minutes_ = 0, hours_ = 0, days_ = 0, months_ = 0, weekdays_ = 0;  // a bit each
  bool either_day_will_do_ = false;
  bool is_hourly_ = false;
};

}  // namespace pkgkiln
