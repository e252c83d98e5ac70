#include "core/schedule/due.hpp"

#include <map>
#include <string_view>

#include "core/schedule/schedule.hpp"

namespace pkgkiln {

std::vector<Due> due_times(const std::vector<Target>& targets,
                           const std::vector<TargetState>& states, Due::Time now) {
  std::map<std::string_view, Due::Time> attempts;
  for (const auto& state : states) attempts.emplace(state.target, state.attempted);
  std::map<std::string_view, Schedule> schedules;  // thousands of targets have the same few
  std::vector<Due> result;
  for (const auto& target : targets) {
    auto& due = result.emplace_back(Due{target.name, target.schedule, std::nullopt, now});
    if (const auto found = attempts.find(target.name); found != attempts.end())
      due.attempted = found->second;
    // After a clock that was ahead had been put right nothing would be due for long.
    if (!due.attempted || *due.attempted > now || target.schedule.empty()) continue;
    auto schedule = schedules.find(target.schedule);
    if (schedule == schedules.end())
      schedule = schedules.emplace(target.schedule, Schedule::parse(target.schedule)).first;
    due.next = schedule->second.next(*due.attempted);
  }
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
