#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/targets/packaging_source.hpp"
#include "core/targets/target_source.hpp"

namespace pkgkiln {

/// The directories with a PKGBUILD that a pattern names, in the newest commit of a repository: a
/// target each.
class FoundTargets : public TargetSource {
 public:
  /// What all of them have; its path is the pattern (see PathPattern), and it has no name.
  struct Entry {
    Target target;
    std::vector<std::string> exclude;  // patterns: what they name, and all below it, is left out
  };

  /// `own` are those that are listed by themselves: they are left out. Without `may_fetch`, which
  /// takes the RunLock, they are those that were found last. The sources outlive it.
  FoundTargets(Entry entry, const std::vector<Target>& own, PackagingSources& sources,
               bool may_fetch, const Cancellation& cancel);

  std::string name() const override;
  Listing list() override;

 private:
  std::vector<std::string> find(const PathPattern& pattern, Listing& listing);

  Entry entry_;
  std::vector<std::string> own_;  // paths
  PackagingSources& sources_;
  bool may_fetch_;
  const Cancellation& cancel_;
};

}  // namespace pkgkiln
