#include "core/run/build_order.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <set>

namespace pkgkiln {

namespace {

/// Every member of a cycle is told all of it: 10,000 members times 10,000 names is too much.
constexpr std::size_t kMostNames = 100;

/// A topological sort. Where it comes to no further node, some of those that are left depend on
/// themselves: one is followed to its cycle, which is placed as if it waited for nothing.
class Arrangement {
 public:
  explicit Arrangement(BuildOrder& order)
      : order_(order),
        count_(order.dependencies.size()),
        waits_for_(count_),
        dependents_(count_),
        placed_(count_),
        seen_in_(count_, std::numeric_limits<std::size_t>::max()) {}

  void make() {
    for (std::size_t node = 0; node < count_; ++node) {
      waits_for_[node] = order_.dependencies[node].size();
      for (const auto dependency : order_.dependencies[node])
        dependents_[dependency].push_back(node);
      if (waits_for_[node] == 0) place(node);
    }
    place_dependents();
    for (std::size_t node = 0; node < count_; ++node)
      while (!placed_[node]) {
        order_.cycles.push_back(cycle_below(node));
        for (const auto member : order_.cycles.back()) place(member);
        place_dependents();
      }
  }

 private:
  void place(std::size_t node) {
    placed_[node] = true;
    order_.sequence.push_back(node);
  }

  void place_dependents() {
    for (; told_ < order_.sequence.size(); ++told_)
      for (const auto node : dependents_[order_.sequence[told_]])
        if (--waits_for_[node] == 0 && !placed_[node]) place(node);
  }

  std::vector<std::size_t> cycle_below(std::size_t node) {
    const auto search = order_.cycles.size();
    std::vector<std::size_t> path;
    while (seen_in_[node] != search) {
      seen_in_[node] = search;
      path.push_back(node);
      const auto& below = order_.dependencies[node];
      node = *std::find_if(below.begin(), below.end(), [this](auto one) { return !placed_[one]; });
    }
    path.erase(path.begin(), std::find(path.begin(), path.end(), node));
    std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
    return path;
  }

  BuildOrder& order_;
  std::size_t count_;
  std::vector<std::size_t> waits_for_;  // how many
  std::vector<std::vector<std::size_t>> dependents_;
  std::vector<bool> placed_;
  std::vector<std::size_t> seen_in_;  // the search that came by last
  std::size_t told_ = 0;              // of the sequence
};

/// Finds who satisfies what, in one repository.
struct Market {
  pacman::Providers providers;
  std::vector<std::size_t> unknown;
};

/// Whether a job that isn't known yet could turn out to be the one that offers it.
bool may_come(const std::string& pkgname, std::size_t self, const Market& market,
              const std::vector<Job>& jobs, const Unknown& unknown) {
  return std::any_of(market.unknown.begin(), market.unknown.end(), [&](std::size_t other) {
    return other != self && unknown.may_offer(pkgname, jobs[other].target);
  });
}

}  // namespace

BuildOrder order_builds(const std::vector<Job>& jobs, const Unknown& unknown) {
  std::map<std::string, Market> markets;  // by repository
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto& market = markets[jobs[i].target.repository];
    for (const auto& offer : jobs[i].relations.offers) market.providers.add(i, offer);
    if (i < unknown.jobs.size() && unknown.jobs[i]) market.unknown.push_back(i);
  }
  BuildOrder order;
  order.undetermined.resize(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto& market = markets[jobs[i].target.repository];
    std::set<std::size_t> found;
    for (const auto& need : jobs[i].relations.needs) {
      const auto dependency = pacman::Dependency::parse(need);
      const auto owner = market.providers.find(dependency);
      if (owner) found.insert(*owner);
      if (!market.unknown.empty() && !order.undetermined[i] &&
          !market.providers.has_package(dependency))
        order.undetermined[i] = may_come(dependency.name, i, market, jobs, unknown);
    }
    found.erase(i);
    order.dependencies.emplace_back(found.begin(), found.end());
  }
  Arrangement(order).make();
  return order;
}

std::string cycle_text(const std::vector<std::size_t>& cycle, const std::vector<Job>& jobs) {
  std::string text;
  for (std::size_t i = 0; i < std::min(cycle.size(), kMostNames); ++i)
    text += jobs[cycle[i]].target.name + " -> ";
  if (cycle.size() > kMostNames) text += fmt::format("{} more -> ", cycle.size() - kMostNames);
  return text + jobs[cycle.front()].target.name;
}

}  // namespace pkgkiln
