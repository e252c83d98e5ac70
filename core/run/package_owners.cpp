#include "core/run/package_owners.hpp"

#include <algorithm>

namespace pkgkiln {

std::optional<std::string> PackageOwners::claim(const std::string& pkgname, const Target& target) {
  const std::lock_guard lock(mutex_);
  if (auto owner = history_.owner_of(pkgname, target.repository);
      owner && *owner != target.name && exists(*owner))
    return owner;
  const auto& claimer =
      claims_.try_emplace({target.repository, pkgname}, target.name).first->second;
  return claimer == target.name ? std::nullopt : std::optional(claimer);
}

void PackageOwners::release(const Target& target) {
  const std::lock_guard lock(mutex_);
  std::erase_if(claims_, [&](const auto& claim) { return claim.second == target.name; });
}

bool PackageOwners::exists(const std::string& target) const {
  return known_.empty() || std::find(known_.begin(), known_.end(), target) != known_.end();
}

}  // namespace pkgkiln
