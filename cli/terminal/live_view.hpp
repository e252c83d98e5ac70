#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal/terminal.hpp"
#include "core/events/events.hpp"

namespace pkgkiln::cli {

/// "0:07", "12:34", "1:02:03".
std::string clock_text(std::chrono::nanoseconds time);
/// "40 s", "14 min", "2 h 10 min".
std::string rough_text(std::chrono::nanoseconds time);

/// How a run stands, by what was heard of it, and the lines that show it: one for each build that
/// goes on, what waits and for whom, and how much of all is done. One thread at a time.
class LiveView {
 public:
  using Time = std::chrono::system_clock::time_point;
  explicit LiveView(Time begun) : begun_(begun) {}

  void hear(const Event& event);
  void logged(const std::string& target, std::string_view line);
  void transferred(const std::string& target, const Transfer& transfer, Time now);

  /// At most half of the rows; none is wider than the columns.
  std::vector<Line> lines(const Size& size, Time now) const;

 private:
  struct Told;
  struct Sample {
    Time time;
    std::uint64_t bytes = 0;
  };
  struct Moving {
    Transfer transfer;
    Sample older, newer;  // some seconds apart, for the rate
  };
  /// Something that goes on.
  struct Task {
    std::string target;  // empty: the builder image
    std::string version, step;
    Time begun;
    std::string last_line;
    std::optional<Moving> moving;  // newer than the line
  };
  struct Queued {
    std::vector<std::string> on;
    std::chrono::nanoseconds expected{0};
    enum class State { waiting, running, ended } state = State::waiting;
  };
  /// What is left to do.
  struct Left {
    std::chrono::nanoseconds time{0};
    bool is_all = true;  // nothing is left whose time nobody knows
  };

  Task& task(const std::string& target, Time now);
  Task* find(const std::string& target);
  void end(const std::string& target);
  std::chrono::nanoseconds expected(const std::string& target) const;
  std::optional<Left> left(Time now) const;

  std::vector<Line> task_lines(std::size_t count, std::size_t columns, Time now) const;
  std::vector<Line> queue_lines(std::size_t columns) const;
  Line total(std::size_t columns, Time now) const;
  std::string detail(const Task& task, Time now) const;

  Time begun_;
  std::optional<Planned> planned_;
  std::vector<Task> tasks_;  // in the order in which they began
  std::map<std::string, Queued> queue_;
  std::size_t done_ = 0, failed_ = 0;
};

}  // namespace pkgkiln::cli
