#pragma once

// No code around each assertion that catches what it throws: the test case fails anyway, and all
// tests are compiled in less time.
#define CATCH_CONFIG_FAST_COMPILE

#if CATCH2_MAJOR >= 3
#include <catch2/catch_all.hpp>
#else
#define CATCH_CONFIG_EXTERNAL_INTERFACES  // for listeners
#include <catch2/catch.hpp>
#endif

#if CATCH2_MAJOR < 3
namespace Catch::Matchers {
using Catch::Contains;
using Catch::EndsWith;
using Catch::StartsWith;
inline auto ContainsSubstring(const std::string& text) {
  return Catch::Contains(text);
}
}  // namespace Catch::Matchers
#endif
