#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

namespace pkgkiln::git {

/// Objects of a tree aren't there, or aren't what the tree says.
class DamagedObjects : public Error {
  using Error::Error;
};

/// An entry of a tree object, as `git ls-tree -z --long` prints it.
struct TreeEntry {
  enum class Kind { directory, file, executable, link, submodule };

  Kind kind = Kind::file;
  std::string object;
  std::uint64_t size = 0;  // of a file or link, in bytes
  std::string path;

  bool is_file() const { return kind == Kind::file || kind == Kind::executable; }
  bool operator==(const TreeEntry&) const = default;
};

/// Parses the listing, in its order. Throws DamagedObjects for what can't be one.
std::vector<TreeEntry> parse_tree(std::string_view listing);

/// Throws Error unless the entries (directories before what is in them) can be unpacked safely and
/// as they are: no name twice, none that leaves the directory or lies below a file or link, no
/// ".git", no control characters; bounded in number and in size.
void check_tree(const std::vector<TreeEntry>& entries);

}  // namespace pkgkiln::git
