#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"

namespace pkgkiln {

/// Something in which two package files differ.
struct Difference {
  enum class Kind {
    file,       // in the package, by its path
    metadata,   // a field of .PKGINFO or .BUILDINFO: ".PKGINFO size"
    installed,  // a package that was there when it was built
    archive,    // nothing in it, but how it is packed
  };

  Kind kind;
  std::string what;
  std::string published, rebuilt;  // empty: not there

  bool operator==(const Difference&) const = default;
};
/// "file", "metadata", "installed", "archive"
const char* word(Difference::Kind kind);

/// In what two sound packages differ: those of one kind together, each by name; none if they are
/// the same, bit for bit. A .MTREE only if that is all, since it follows from the rest. Reads no
/// more than `unpacked` bytes of each, unpacked. Throws Error if one can't be read.
std::vector<Difference> differences_of(const std::filesystem::path& published,
                                       const std::filesystem::path& rebuilt, std::uint64_t unpacked,
                                       const Cancellation& cancel);

}  // namespace pkgkiln
