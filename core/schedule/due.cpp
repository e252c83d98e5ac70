#include "core/schedule/due.hpp"

#include <map>
#include <string_view>

#include "core/schedule/schedule.hpp"

namespace pkgkiln {

namespace {

/// Thousands of targets have the same few schedules.
class Times {
 public:
  explicit Times(Due::Time now) : now_(now) {}

  Due of(const std::string& target, const std::string& text, std::optional<Due::Time> attempted) {
    Due due{target, text, attempted, now_};
    // After a clock that was ahead had been put right nothing would be due for long.
    if (text.empty() || !attempted || *attempted > now_) return due;
    auto schedule = schedules_.find(text);
    if (schedule == schedules_.end())
      schedule = schedules_.emplace(text, Schedule::parse(text)).first;
    due.next = schedule->second.next(*attempted);
    return due;
  }

 private:
  Due::Time now_;
  std::map<std::string, Schedule> schedules_;
};

}  // namespace

std::vector<Due> due_times(const std::vector<Target>& targets,
                           const std::vector<TargetState>& states, Due::Time now) {
  std::map<std::string_view, Due::Time> attempts;
  for (const auto& state : states)
    if (state.attempted > Due::Time()) attempts.emplace(state.target, state.attempted);
  Times times(now);
  std::vector<Due> result;
  for (const auto& target : targets) {
    const auto found = attempts.find(target.name);
    result.push_back(
        times.of(target.name, target.schedule,
                 found == attempts.end() ? std::nullopt : std::optional(found->second)));
  }
  return result;
}

std::vector<Due> due_times(const std::vector<TargetState>& states, Due::Time now) {
  Times times(now);
  std::vector<Due> result;
  for (const auto& state : states)
    result.push_back(
        times.of(state.target, state.schedule,
                 state.attempted > Due::Time() ? std::optional(state.attempted) : std::nullopt));
  return result;
}

std::vector<std::string> due_targets(const std::vector<Target>& targets,
                                     const std::vector<TargetState>& states, Due::Time now) {
  std::vector<std::string> names;
  for (auto& due : due_times(targets, states, now))
    if (due.next <= now) names.push_back(std::move(due.target));
  return names;
}

}  // namespace pkgkiln
