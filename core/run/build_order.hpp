#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/package/dependency.hpp"

namespace pkgkiln {

/// A target as the order of builds sees it.
struct OrderNode {
  std::string name;
  std::string repository;
  std::vector<pacman::Candidate> offers;  // its packages
  std::vector<std::string> needs;         // build dependencies: "foo>=2"
};

/// Who must be built before whom. Indices are those of the nodes.
struct BuildOrder {
  /// For each node those that it depends on, ascending, never itself.
  std::vector<std::vector<std::size_t>> dependencies;
  /// None shares a node with another. Each is in the order of its dependencies, from its lowest
  /// index, without naming that again. Without their nodes there is no other cycle.
  std::vector<std::vector<std::size_t>> cycles;
  /// Every node once, after all its dependencies but for those of its cycle.
  std::vector<std::size_t> sequence;
};

/// A dependency counts when a node of the same repository satisfies it: by its pkgname rather than
/// by what it provides, the first of several. Works for thousands of nodes, however deep.
BuildOrder order_builds(const std::vector<OrderNode>& nodes);

/// "a -> b -> c -> a"; the middle of a very long one is left out.
std::string cycle_text(const std::vector<std::size_t>& cycle, const std::vector<OrderNode>& nodes);

}  // namespace pkgkiln
