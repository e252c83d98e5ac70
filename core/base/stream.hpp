#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace pkgkiln {

/// Takes the next bytes of a stream. May throw, which ends the stream.
using Sink = std::function<void(std::string_view)>;

/// Fills the buffer with at most `size` of the next bytes and returns how many; 0 is the end.
/// May throw, which ends the stream.
using Source = std::function<std::size_t(char* buffer, std::size_t size)>;

}  // namespace pkgkiln
