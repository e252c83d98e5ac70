#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/error.hpp"

namespace pkgkiln::pacman {

/// "key = value" in a .SRCINFO, white space around both taken off. The value may be empty.
struct SrcInfoLine {
  std::size_t number = 0;  // from 1
  std::string key, value;
};

/// Calls `take` for each line that is neither blank nor a comment. Throws Error for any other
/// text, for control characters, and beyond 4 MiB, 100,000 lines or 64 KiB a line.
void for_each_srcinfo_line(std::string_view text,
                           const std::function<void(const SrcInfoLine&)>& take);

Error srcinfo_error(std::size_t line, const std::string& why);

}  // namespace pkgkiln::pacman
