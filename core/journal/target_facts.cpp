#include "core/journal/target_facts.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

#include "core/package/dependency.hpp"

namespace pkgkiln {

namespace {

/// The less, the more it needs somebody.
std::ptrdiff_t rank(Status status) {
  return std::ranges::find(kByNeed, kind_of(status)) - kByNeed.begin();
}

}  // namespace

void sort_by_need(std::vector<TargetState>& states) {
  std::ranges::stable_sort(states, [](const TargetState& a, const TargetState& b) {
    return std::tuple(rank(a.status), std::string_view(a.target)) <
           std::tuple(rank(b.status), std::string_view(b.target));
  });
}

std::map<std::string, Relatives> relatives_of(const std::vector<TargetState>& states,
                                              std::map<std::string, std::string> makers) {
  for (const auto& state : states) makers.try_emplace(state.target, state.target);
  std::map<std::string, Relatives> relatives;
  for (const auto& state : states) {
    for (const auto& need : state.needs) {
      const auto maker = makers.find(pacman::Dependency::parse(need).name);
      const auto target = maker == makers.end() ? std::string() : maker->second;
      relatives[state.target].needs.push_back({need, target});
      if (target.empty()) continue;
      auto& others = relatives[target].needed_by;
      if (others.empty() || others.back() != state.target) others.push_back(state.target);
    }
  }
  for (auto& [name, one] : relatives) std::ranges::sort(one.needed_by);
  return relatives;
}

std::optional<std::vector<TargetFacts>> facts_of(const History& history,
                                                 const std::vector<std::string>& names) {
  const auto states = history.states();
  std::map<std::string, std::string> makers;
  for (const auto& maker : history.makers()) makers[maker.pkgname] = maker.target;
  auto relatives = relatives_of(states, std::move(makers));
  std::vector<TargetFacts> found;
  for (const auto& name : names) {
    const auto state = std::ranges::find(states, name, &TargetState::target);
    if (state == states.end()) return std::nullopt;
    found.push_back({*state, history.last_good(name), relatives[name]});
  }
  return found;
}

}  // namespace pkgkiln
