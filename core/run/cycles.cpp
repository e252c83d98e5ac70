#include "core/run/cycles.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace pkgkiln {

namespace {

constexpr auto kNone = std::numeric_limits<std::size_t>::max();

/// Tarjan's algorithm, with the calls that it would make to itself kept in a list.
class Components {
 public:
  explicit Components(const Graph& graph)
      : graph_(graph),
        seen_(graph.size(), kNone),
        lowest_(graph.size(), kNone),
        component_(graph.size(), kNone) {}

  std::vector<std::size_t> find() {
    for (std::size_t node = 0; node < graph_.size(); ++node)
      if (seen_[node] == kNone) visit(node);
    return std::move(component_);
  }

 private:
  struct Visit {
    std::size_t node = 0;
    std::size_t next_edge = 0;
  };

  void visit(std::size_t first) {
    enter(first);
    while (!visits_.empty()) {
      auto& [node, next_edge] = visits_.back();
      if (next_edge == graph_[node].size()) {
        leave();
        continue;
      }
      const auto other = graph_[node][next_edge++];
      if (seen_[other] == kNone)
        enter(other);
      else if (component_[other] == kNone)
        lowest_[node] = std::min(lowest_[node], seen_[other]);
    }
  }

  void enter(std::size_t node) {
    seen_[node] = lowest_[node] = count_++;
    open_.push_back(node);
    visits_.push_back({node, 0});
  }

  void leave() {
    const auto node = visits_.back().node;
    visits_.pop_back();
    if (!visits_.empty()) {
      auto& above = lowest_[visits_.back().node];
      above = std::min(above, lowest_[node]);
    }
    if (lowest_[node] != seen_[node]) return;
    for (auto member = kNone; member != node; open_.pop_back()) {
      member = open_.back();
      component_[member] = components_;
    }
    ++components_;
  }

  const Graph& graph_;
  std::vector<std::size_t> seen_, lowest_, component_;
  std::vector<std::size_t> open_;  // entered, and not yet in a component
  std::vector<Visit> visits_;
  std::size_t count_ = 0, components_ = 0;
};

/// Finds shortest ways from nodes to themselves, within their components.
class CycleSearch {
 public:
  CycleSearch(const Graph& graph, const std::vector<std::size_t>& component)
      : graph_(graph),
        component_(component),
        came_from_(graph.size(), kNone),
        search_(graph.size(), kNone) {}

  std::vector<std::size_t> through(std::size_t start) {
    reached_ = {start};
    for (std::size_t i = 0; i < reached_.size(); ++i)
      for (const auto other : graph_[reached_[i]]) {
        if (component_[other] != component_[start] || search_[other] == start) continue;
        search_[other] = start;
        came_from_[other] = reached_[i];
        if (other == start) return back_to(start);
        reached_.push_back(other);
      }
    return {};  // it is alone in its component
  }

 private:
  std::vector<std::size_t> back_to(std::size_t start) const {
    std::vector<std::size_t> cycle{start};
    for (auto node = came_from_[start]; node != start; node = came_from_[node])
      cycle.push_back(node);
    std::reverse(cycle.begin() + 1, cycle.end());
    std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
    return cycle;
  }

  const Graph& graph_;
  const std::vector<std::size_t>& component_;
  std::vector<std::size_t> came_from_;
  std::vector<std::size_t> search_;  // the start of the search that reached it last
  std::vector<std::size_t> reached_;
};

}  // namespace

std::vector<std::size_t> components(const Graph& graph) {
  return Components(graph).find();
}

std::vector<std::vector<std::size_t>> find_cycles(const Graph& graph) {
  const auto component = components(graph);
  std::vector<std::size_t> size(graph.size());
  for (const auto number : component) ++size[number];
  CycleSearch search(graph, component);
  std::vector<bool> held(graph.size());
  std::vector<std::vector<std::size_t>> cycles;
  for (std::size_t node = 0; node < graph.size(); ++node) {
    if (size[component[node]] < 2 || held[node]) continue;
    cycles.push_back(search.through(node));
    for (const auto member : cycles.back()) held[member] = true;
  }
  return cycles;
}

}  // namespace pkgkiln
