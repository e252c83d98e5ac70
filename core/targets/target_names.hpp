#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/targets/target.hpp"

namespace pkgkiln {

/// What a target builds, as a history tells it: displayable url, branch, path, repository.
using KnownAs = std::tuple<std::string, std::string, std::string, std::string>;
/// By what a target builds, the name that it had last.
using RememberedNames = std::map<KnownAs, std::string>;

KnownAs known_as(const Target& target);

/// Names those of the targets that have none, each another name than all the rest. History, caches
/// and logs are filed under it, so it stays the same whatever is listed beside it later: one that
/// is remembered keeps its name. Of the others the one with the lowest id is named first (where
/// there are no ids, the one that is listed first), so even when nothing is remembered a new target
/// renames no older one. It gets the name that default_target_name() makes, if that is free; else
/// NAME@ID, or without an id NAME@ and some digits that are made of what it builds.
void name_targets(std::vector<Target>& targets, const RememberedNames& remembered);

}  // namespace pkgkiln
