#include "core/run/selection.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "core/base/cancellation.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace pkgkiln {

namespace {

/// What is built, and for whom: two targets with the same are one.
using Subject = std::tuple<TargetKind, std::string, std::string, std::string, std::string>;

Subject subject(const Target& target) {
  return {target.kind, target.url, target.branch, target.path, target.repository};
}

class Merging {
 public:
  explicit Merging(const RememberedNames& remembered) : remembered_(remembered) {}

  void add(Listing listing) {
    const auto earlier = targets.size();
    for (auto& target : listing.targets) add(std::move(target));
    for (auto i = earlier; i < targets.size(); ++i) by_subject_.emplace(subject(targets[i]), i);
    for (auto& problem : listing.problems) problems.push_back(std::move(problem));
    for (auto& notice : listing.notices) notices.push_back(std::move(notice));
    is_partial = is_partial || listing.is_partial;
    for (auto& failure : listing.failures) failures.push_back(std::move(failure));
  }

  std::vector<Target> targets;
  std::vector<std::string> problems, notices;
  std::vector<Error> failures;
  bool is_partial = false;

 private:
  void add(Target target) {
    if (const auto same = by_subject_.find(subject(target)); same != by_subject_.end()) {
      auto& earlier = targets[same->second];
      if (earlier.vieter_id == 0) earlier.vieter_id = target.vieter_id;
      return;
    }
    if (target.name.empty()) return targets.push_back(std::move(target));
    const auto [holder, is_new] = by_name_.emplace(target.name, targets.size());
    if (is_new) return targets.push_back(std::move(target));
    // The one that had the name keeps it, whatever is listed beside it now.
    auto& first = targets[holder->second];
    if (had_its_name(target) && !had_its_name(first)) std::swap(first, target);
    problems.push_back("'" + target.name + "' from " + target.origin +
                       " has the name of another target, from " + first.origin);
  }

  bool had_its_name(const Target& target) const {
    const auto known = remembered_.find(known_as(target));
    return known != remembered_.end() && known->second == target.name;
  }

  const RememberedNames& remembered_;
  std::map<std::string, std::size_t> by_name_;
  std::map<Subject, std::size_t> by_subject_;  // of earlier sources
};

/// The names, and those of targets that are listed for what they need.
std::set<std::string> with_needs(const std::vector<Target>& targets,
                                 const std::vector<std::string>& names) {
  std::map<std::string_view, const Target*> by_name;
  for (const auto& target : targets) by_name.emplace(target.name, &target);
  std::set<std::string> wanted(names.begin(), names.end());
  std::vector<std::string> left(names.begin(), names.end());
  while (!left.empty()) {
    const auto name = std::move(left.back());
    left.pop_back();
    for (const auto& need : by_name.at(name)->needs) {
      const auto found = by_name.find(need);
      if (found != by_name.end() && !found->second->needed_by.empty() && wanted.insert(need).second)
        left.push_back(need);
    }
  }
  return wanted;
}

}  // namespace

Listed list_targets(const std::vector<std::unique_ptr<TargetSource>>& sources,
                    const std::string& machine_arch, const RememberedNames& remembered) {
  Listed listed;
  Merging merging(remembered);
  for (const auto& source : sources) {
    try {
      merging.add(source->list());
    } catch (const Error& error) {
      merging.failures.push_back(error);
    }
  }
  listed.targets = std::move(merging.targets);
  name_targets(listed.targets, remembered);
  for (const auto& source : sources) {
    auto needed = source->list_needed(listed.targets);
    merging.targets = std::move(listed.targets);
    merging.add(std::move(needed));
    listed.targets = std::move(merging.targets);
  }
  listed.problems = std::move(merging.problems);
  listed.notices = std::move(merging.notices);
  listed.failures = std::move(merging.failures);
  listed.is_partial = merging.is_partial;
  // Only now: the name of one that is left out is its own on every machine.
  std::erase_if(listed.targets,
                [&](const Target& target) { return !target.builds_on(machine_arch); });
  return listed;
}

const Target* find_target(const std::vector<Target>& targets, const std::string& name) {
  const auto found =
      std::ranges::find_if(targets, [&](const Target& one) { return one.name == name; });
  return found == targets.end() ? nullptr : &*found;
}

std::vector<Target> select_targets(std::vector<Target> targets,
                                   const std::vector<std::string>& names) {
  if (names.empty()) return targets;
  std::vector<std::string> known;
  for (const auto& target : targets) known.push_back(target.name);
  for (const auto& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    UsageError error("there is no target '" + name + "' for this machine");
    if (const auto near = nearest(name, known); !near.empty())
      error.because("the nearest name is '" + near + "'");
    error.advise("pkgkiln targets");
    throw error;
  }
  const auto wanted = with_needs(targets, names);
  std::erase_if(targets, [&](const Target& target) { return !wanted.contains(target.name); });
  return targets;
}

}  // namespace pkgkiln
