#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/target/target_source.hpp"

namespace pkgkiln {

/// The targets of all sources that build on this machine's arch. Throws UsageError when two
/// sources give different targets of one name.
std::vector<Target> list_targets(const std::vector<std::unique_ptr<TargetSource>>& sources,
                                 const std::string& machine_arch);

/// Those with the given names, in the order of the list; all of them for no names. Throws
/// UsageError for a name that isn't there, with the nearest one.
std::vector<Target> select_targets(std::vector<Target> targets,
                                   const std::vector<std::string>& names);

}  // namespace pkgkiln
