#pragma once

#include <string>

namespace pkgkiln {

/// `digits` random hex digits.
std::string random_hex(std::size_t digits);

/// An id that sorts by time and is never given twice: "20261121T014240-3fa9c1" (UTC).
std::string time_and_random();

}  // namespace pkgkiln
