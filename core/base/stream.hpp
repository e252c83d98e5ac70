#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace pkgkiln {

/// How many bytes of something have come or gone, of how many; total 0: that is not known.
using Transferred = std::function<void(std::uint64_t bytes, std::uint64_t total)>;

/// Takes the next bytes of a stream. May throw, which ends the stream.
using Sink = std::function<void(std::string_view)>;

/// Fills the buffer with at most `size` of the next bytes and returns how many; 0 is the end.
/// May throw, which ends the stream.
using Source = std::function<std::size_t(char* buffer, std::size_t size)>;

/// Joins what pushes bytes to what pulls them, with a bounded buffer in between: `producer` runs
/// in a thread of its own, `consumer` in the caller's. When one of them throws the other's stream
/// ends, and what was thrown comes out of here (the producer's, if the consumer only failed
/// because its bytes stopped). What the consumer leaves unread is dropped.
void connect(const std::function<void(const Sink&)>& producer,
             const std::function<void(const Source&)>& consumer);

}  // namespace pkgkiln
