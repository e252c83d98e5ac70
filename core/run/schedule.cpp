#include "core/run/schedule.hpp"

#include "core/run/cycles.hpp"

namespace pkgkiln {

Schedule::Schedule(const BuildOrder& order)
    : waits_for_(order.dependencies.size()), dependents_(order.dependencies.size()) {
  const auto component = components(order.dependencies);
  for (std::size_t i = 0; i < order.dependencies.size(); ++i) {
    for (const auto dependency : order.dependencies[i]) {
      if (component[dependency] == component[i]) continue;
      ++waits_for_[i];
      dependents_[dependency].push_back(i);
    }
    if (waits_for_[i] == 0) ready_.push(i);
  }
}

std::optional<std::size_t> Schedule::next() {
  if (ready_.empty()) return std::nullopt;
  const auto index = ready_.top();
  ready_.pop();
  return index;
}

void Schedule::done(std::size_t index) {
  for (const auto dependent : dependents_[index])
    if (--waits_for_[dependent] == 0) ready_.push(dependent);
}

}  // namespace pkgkiln
