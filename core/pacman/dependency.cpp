#include "core/pacman/dependency.hpp"

#include "core/pacman/version.hpp"

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

}  // namespace pkgkiln::pacman
