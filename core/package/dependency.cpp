#include "core/package/dependency.hpp"

#include <algorithm>
#include <string_view>

#include "core/package/package_name.hpp"

namespace pkgkiln::pacman {

namespace {

/// Takes the operator off the front.
Dependency::Relation take_relation(std::string_view& text) {
  using Relation = Dependency::Relation;
  const char first = text.front();
  text.remove_prefix(1);
  if (first == '=') return Relation::equal;
  const bool or_equal = text.starts_with('=');
  if (or_equal) text.remove_prefix(1);
  if (first == '<') return or_equal ? Relation::at_most : Relation::less;
  return or_equal ? Relation::at_least : Relation::greater;
}

}  // namespace

Provision Provision::parse(std::string_view text) {
  const auto dependency = Dependency::parse(text);
  const bool versioned = dependency.relation == Dependency::Relation::equal;
  return {dependency.name, versioned ? dependency.version : std::string()};
}

Dependency Dependency::parse(std::string_view text) {
  Dependency dependency;
  const auto name = text.substr(0, text.find_first_of("<>="));
  dependency.name = name;
  text.remove_prefix(name.size());
  if (text.empty()) return dependency;
  dependency.relation = take_relation(text);
  dependency.version = text;
  return dependency;
}

bool Dependency::allows(std::string_view candidate) const {
  if (relation == Relation::any) return true;
  if (candidate.empty()) return false;
  const int order = compare_versions(candidate, version);
  switch (relation) {
    case Relation::equal:
      return order == 0;
    case Relation::less:
      return order < 0;
    case Relation::greater:
      return order > 0;
    case Relation::at_most:
      return order <= 0;
    case Relation::at_least:
      return order >= 0;
    case Relation::any:
      break;
  }
  return true;
}

void Providers::add(std::size_t owner, const Candidate& candidate) {
  packages_[candidate.pkgname].push_back({owner, candidate.version, candidate.any_version});
  for (const auto& text : candidate.provides) {
    auto provision = Provision::parse(text);
    // "foo=$pkgver" moves with the package; the number of a soname doesn't.
    const bool follows = candidate.any_version && !provision.version.empty() &&
                         compare_versions(provision.version, candidate.version) == 0;
    // makepkg fills in the version of a library after the build.
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
