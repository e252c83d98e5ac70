#include "core/run/selection.hpp"

#include <algorithm>
#include <map>

#include "core/base/error.hpp"
#include "core/base/nearest.hpp"
#include "core/base/secret.hpp"

namespace pkgkiln {

std::vector<Target> list_targets(const std::vector<std::unique_ptr<TargetSource>>& sources,
                                 const std::string& machine_arch) {
  std::vector<Target> targets;
  std::map<std::string, std::string> origins;
  for (const auto& source : sources) {
    auto listing = source->list();
    for (auto& target : listing.targets) {
      const auto [first, is_new] = origins.emplace(target.name, target.origin);
      if (!is_new)
        throw UsageError("two targets have the name '" + target.name + "'")
            .because("one from " + first->second + ", one from " + target.origin)
            .advise("give one of them another name");
      if (target.builds_on(machine_arch)) targets.push_back(std::move(target));
    }
  }
  return targets;
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
  std::erase_if(targets, [&](const Target& target) {
    return std::find(names.begin(), names.end(), target.name) == names.end();
  });
  return targets;
}

}  // namespace pkgkiln
