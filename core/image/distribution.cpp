#include "core/image/distribution.hpp"

#include <algorithm>

#include "core/pacman/package_name.hpp"

namespace pkgkiln {

Distribution Distribution::parse(std::string_view listing, const std::set<std::string>& ours) {
  Distribution found;
  while (!listing.empty()) {
    const auto end = std::min(listing.find('\n'), listing.size());
    const auto line = listing.substr(0, end);
    listing.remove_prefix(std::min(end + 1, listing.size()));
    const auto first = line.find(' ');
    if (first == std::string_view::npos) continue;
    const std::string repository(line.substr(0, first));
    const std::string pkgname(line.substr(first + 1, line.find(' ', first + 1) - first - 1));
    if (!ours.contains(repository) && pacman::is_package_name(pkgname))
      found.repositories_.try_emplace(pkgname, repository);
  }
  return found;
}

std::optional<std::string> Distribution::repository_of(const std::string& pkgname) const {
  const auto found = repositories_.find(pkgname);
  return found == repositories_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace pkgkiln
