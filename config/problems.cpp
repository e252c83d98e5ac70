#include "config/problems.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "core/base/error.hpp"

namespace pkgkiln::config {

namespace {

std::tuple<std::size_t, std::size_t> place(const Origin& origin) {
  const bool in_file = origin.line != 0;
  return {in_file ? origin.line : std::numeric_limits<std::size_t>::max(), origin.column};
}

}  // namespace

void Problems::throw_if_any() const {
  if (problems_.empty()) return;
  auto sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& left, const auto& right) {
    return place(left.first) < place(right.first);
  });
  UsageError error("the configuration is not valid");
  for (const auto& [where, text] : sorted) error.because(where.position() + ": " + text);
  throw UsageError(error);
}

}  // namespace pkgkiln::config
