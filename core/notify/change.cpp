#include "core/notify/change.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace pkgkiln {

namespace {

constexpr std::array kKindWords{"failed", "held", "fixed", "published"};

bool is_broken(Status status) {
  return has_failed(status) && status != Status::interrupted;
}

std::set<ChangeKind> kinds_of(const TargetState* before, const BuildRecord& result) {
  const auto former = before == nullptr ? std::nullopt : before->failure;
  if (is_broken(result.status)) {
    const bool is_told =
        former && (result.fault != Fault::target || *former == Failure{result.status, result.step});
    return is_told ? std::set<ChangeKind>() : std::set{ChangeKind::failed};
  }
  std::set<ChangeKind> kinds;
  if (result.is_newly_held) kinds.insert(ChangeKind::held);
  if (former && is_good(result.status)) kinds.insert(ChangeKind::fixed);
  if (result.status == Status::built && result.version != result.previous_version)
    kinds.insert(ChangeKind::published);
  return kinds;
}

}  // namespace

const char* word(ChangeKind kind) {
  return kKindWords.at(static_cast<std::size_t>(kind));
}

std::optional<ChangeKind> change_kind_of(std::string_view word) {
  const auto* const found = std::ranges::find(kKindWords, word);
  return found == kKindWords.end()
             ? std::nullopt
             : std::optional(static_cast<ChangeKind>(found - kKindWords.begin()));
}

std::vector<Change> changes_of(const std::vector<TargetState>& before,
                               const std::vector<BuildRecord>& results,
                               const std::set<ChangeKind>& wanted) {
  std::map<std::string_view, const TargetState*> by_name;
  for (const auto& state : before) by_name.emplace(state.target, &state);
  std::vector<Change> changes;
  for (const auto& result : results) {
    const auto found = by_name.find(result.target);
    const auto kinds = kinds_of(found == by_name.end() ? nullptr : found->second, result);
    const auto first =
        std::ranges::find_if(kinds, [&](ChangeKind kind) { return wanted.contains(kind); });
    if (first != kinds.end()) changes.push_back({*first, result});
  }
  std::ranges::stable_sort(changes, {}, &Change::kind);
  return changes;
}

}  // namespace pkgkiln
