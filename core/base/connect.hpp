#pragma once

#include <functional>

#include "core/base/stream.hpp"

namespace pkgkiln {

/// Joins what pushes bytes to what pulls them, with a bounded buffer in between: `producer` runs
/// in a thread of its own, `consumer` in the caller's. When one of them throws the other's stream
/// ends, and what was thrown comes out of here (the producer's, if the consumer only failed
/// because its bytes stopped). What the consumer leaves unread is dropped.
void connect(const std::function<void(const Sink&)>& producer,
             const std::function<void(const Source&)>& consumer);

}  // namespace pkgkiln
