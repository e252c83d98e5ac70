#pragma once

#include <string>
#include <vector>

#include "core/base/stream.hpp"
#include "core/runtime/fake/file_tree.hpp"

namespace pkgkiln::fake {

struct Entry {
  std::string path;
  NodePtr node;  // without children
};

/// The entries of a tar stream. Throws RuntimeError `rejected` when it breaks off or holds what a
/// tree can't, and what `tar` throws.
std::vector<Entry> read_entries(const Source& tar);

/// Puts the entries into a directory; where one is a directory that is there already, it gives it
/// its owner and mode.
void unpack(const NodePtr& directory, const std::vector<Entry>& entries);

/// Packs `node` and all below it as `name`. Throws what `tar` throws.
void pack(const NodePtr& node, const std::string& name, const Sink& tar);

}  // namespace pkgkiln::fake
