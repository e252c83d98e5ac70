#include "core/run/build_order.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "core/run/cycles.hpp"

namespace pkgkiln {

namespace {

/// Every member of a cycle is told all of it: 10,000 members times 10,000 names is too much.
constexpr std::size_t kMostNames = 100;

}  // namespace

BuildOrder order_builds(const std::vector<OrderNode>& nodes) {
  std::map<std::string, pacman::Providers> providers;  // by repository
  for (std::size_t i = 0; i < nodes.size(); ++i)
    for (const auto& offer : nodes[i].offers) providers[nodes[i].repository].add(i, offer);
  BuildOrder order;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    std::set<std::size_t> found;
    for (const auto& need : nodes[i].needs)
      if (const auto owner = providers[nodes[i].repository].find(pacman::Dependency::parse(need)))
        found.insert(*owner);
    found.erase(i);
    order.dependencies.emplace_back(found.begin(), found.end());
  }
  order.cycles = find_cycles(order.dependencies);
  return order;
}

std::string cycle_text(const std::vector<std::size_t>& cycle, const std::vector<OrderNode>& nodes) {
  std::string text;
  for (std::size_t i = 0; i < std::min(cycle.size(), kMostNames); ++i)
    text += nodes[cycle[i]].name + " -> ";
  if (cycle.size() > kMostNames) text += fmt::format("{} more -> ", cycle.size() - kMostNames);
  return text + nodes[cycle.front()].name;
}

}  // namespace pkgkiln
