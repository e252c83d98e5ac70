#include "core/pacman/providers.hpp"

#include <algorithm>
#include <string_view>

#include "core/pacman/version.hpp"

namespace pkgkiln::pacman {

void Providers::add(std::size_t owner, const Candidate& candidate) {
  packages_[candidate.pkgname].push_back({owner, candidate.version, candidate.any_version});
  for (const auto& text : candidate.provides) {
    auto provision = Provision::parse(text);
    // "foo=$pkgver" moves with the package; the number of a soname doesn't.
    const bool follows = candidate.any_version && !provision.version.empty() &&
                         compare_versions(provision.version, candidate.version) == 0;
    // That of a library is filled in by makepkg, once it is built.
    const bool moves =
        follows || (provision.version.empty() && std::string_view(provision.name).ends_with(".so"));
    provisions_[provision.name].push_back({owner, std::move(provision.version), moves});
  }
}

std::optional<std::size_t> Providers::find(const Dependency& dependency) const {
  const auto* found = first(packages_, dependency);
  if (found == nullptr) found = first(provisions_, dependency);
  if (found == nullptr) return std::nullopt;
  return found->owner;
}

const Providers::Entry* Providers::first(const Entries& entries, const Dependency& dependency) {
  const auto named = entries.find(dependency.name);
  if (named == entries.end()) return nullptr;
  const auto found = std::find_if(
      named->second.begin(), named->second.end(),
      [&](const Entry& entry) { return entry.any_version || dependency.allows(entry.version); });
  return found == named->second.end() ? nullptr : &*found;
}

}  // namespace pkgkiln::pacman
