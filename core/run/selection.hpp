#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/targets/target_names.hpp"
#include "core/targets/target_source.hpp"

namespace pkgkiln {

/// What all sources list together.
struct Listed {
  std::vector<Target> targets;        // those that this machine builds
  std::vector<std::string> problems;  // entries that can't be used, a message each
  std::vector<std::string> notices;   // what is told once
  bool is_partial = false;            // there may be more, which is no failure
  std::vector<Error> failures;        // why not all could be listed
};

/// Asks every source; one that can't be listed stops no other. A target that an earlier source
/// lists too (the same PKGBUILD for the same repository) is left out, so a configuration overrides
/// a server. When all are known, sources add what theirs need. Those that come without a name get
/// one, see name_targets().
Listed list_targets(const std::vector<std::unique_ptr<TargetSource>>& sources,
                    const std::string& machine_arch, const RememberedNames& remembered = {});

/// Null: none has that name.
const Target* find_target(const std::vector<Target>& targets, const std::string& name);

/// Those with the given names and what is listed only because they need it, in the order of the
/// list; all of them for no names. Throws
/// UsageError for a name that isn't there, with the nearest one.
std::vector<Target> select_targets(std::vector<Target> targets,
                                   const std::vector<std::string>& names);

}  // namespace pkgkiln
