#include <algorithm>

#include "core/trust/comparison.hpp"

namespace pkgkiln::trust {

namespace {

bool had_a_say(const People& people, const std::string& name) {
  return people.maintainer == name ||
         std::find(people.co_maintainers.begin(), people.co_maintainers.end(), name) !=
             people.co_maintainers.end();
}

}  // namespace

std::vector<Finding> compare_people(const People& approved, const People& now, bool files_differ) {
  std::vector<Finding> findings;
  auto names = now.co_maintainers;
  if (!now.maintainer.empty()) names.insert(names.begin(), now.maintainer);
  for (const auto& name : names)
    if (!had_a_say(approved, name))
      findings.push_back(
          {Rule::maintainer,
           "was " + (approved.maintainer.empty() ? std::string("an orphan") : approved.maintainer) +
               "; now " + name});
  if (files_differ && (approved.maintainer.empty() || now.maintainer.empty()))
    findings.push_back({Rule::orphan, now.maintainer.empty() ? "nobody maintains it"
                                                             : "nobody maintained it before"});
  return findings;
}

}  // namespace pkgkiln::trust
