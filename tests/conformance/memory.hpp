#pragma once

#include <cstdint>
#include <functional>

namespace conformance {

/// By how many bytes this process's resident memory grew at most while `work` ran.
std::uint64_t peak_growth(const std::function<void()>& work);

}  // namespace conformance
