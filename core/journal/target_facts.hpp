#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/journal/history.hpp"

/// What is known of targets by what is recorded of all of them.
namespace pkgkiln {

/// By need (see kByNeed), then by name.
void sort_by_need(std::vector<TargetState>& states);

/// What a target depends on.
struct Dependence {
  std::string dependency;  // in makepkg's words
  std::string target;      // that makes it; empty: none does

  bool operator==(const Dependence&) const = default;
};

/// What a target depends on, and the targets that depend on it, by name.
struct Relatives {
  std::vector<Dependence> needs;
  std::vector<std::string> needed_by;

  bool operator==(const Relatives&) const = default;
};
/// Of each of these targets. `makers` says which target makes a pkgname; a target's own name is
/// taken for one, too.
std::map<std::string, Relatives> relatives_of(const std::vector<TargetState>& states,
                                              std::map<std::string, std::string> makers);

/// All that is known of a target.
struct TargetFacts {
  TargetState state;
  std::optional<BuildRecord> good;  // its newest good build, with its lists
  Relatives relatives;
};
/// Nothing unless a run has come to all of them.
std::optional<std::vector<TargetFacts>> facts_of(const History& history,
                                                 const std::vector<std::string>& names);

}  // namespace pkgkiln
