#pragma once

#include <cstdint>
#include <functional>

namespace conformance {

/// The peak growth of this process's resident memory while `work` ran, in bytes.
std::uint64_t peak_growth(const std::function<void()>& work);

}  // namespace conformance
