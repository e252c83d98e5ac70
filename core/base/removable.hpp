#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace pkgkiln {

/// Something that nobody needs any more.
struct Removable {
  std::string what;                    // "the cache of hello"
  std::optional<std::uint64_t> bytes;  // that it takes, where that is known
  std::function<void()> remove;        // throws Error
};

}  // namespace pkgkiln
