#pragma once

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "tests/catch.hpp"
#include "tests/unit/core/run/fake_host.hpp"

namespace pkgkiln::test {

using Names = std::vector<std::string>;

/// "built", "failed", … of the results in their order.
inline Names words(const std::vector<BuildRecord>& results) {
  Names found;
  for (const auto& result : results) found.emplace_back(word(result.status));
  return found;
}

inline std::size_t count(const Names& list, const std::string& text) {
  return static_cast<std::size_t>(std::count(list.begin(), list.end(), text));
}

inline std::size_t logs_of(const FakeHost& host, const std::string& target) {
  const auto directory = host.state.log(target, "x").parent_path();
  if (!std::filesystem::exists(directory)) return 0;
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory),
                                                std::filesystem::directory_iterator()));
}

/// The same comes out whether targets are built one by one or not.
inline std::size_t one_or_four() {
#ifdef __SANITIZE_THREAD__
  return 4;  // one alone races with nobody
#else
  return GENERATE(std::size_t{1}, std::size_t{4});
#endif
}

/// Where the order of what doesn't depend on each other says nothing.
inline Names sorted(Names names) {
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace pkgkiln::test
