#pragma once

#include <cstddef>
#include <vector>

namespace pkgkiln {

/// For each node the nodes that its edges lead to, all of them indices into this.
using Graph = std::vector<std::vector<std::size_t>>;

/// For each node the number of its strongly connected component: two nodes have the same when each
/// can be reached from the other. Without recursion.
std::vector<std::size_t> components(const Graph& graph);

/// Cycles that together hold every node that can be reached from itself: short ones, each in the
/// order of its edges, from its lowest index. No node may have an edge to itself.
std::vector<std::vector<std::size_t>> find_cycles(const Graph& graph);

}  // namespace pkgkiln
