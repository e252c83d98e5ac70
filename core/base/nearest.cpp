#include "core/base/nearest.hpp"

#include <algorithm>
#include <numeric>

namespace pkgkiln {

namespace {

/// Levenshtein's distance, one row of the matrix at a time.
std::size_t edits(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t longest_word = 128;
  if (word.size() > longest_word) return {};
  std::size_t fewest = std::max<std::size_t>(1, (word.size() + 1) / 3) + 1;
  std::string best;
  for (const auto& candidate : candidates)
    if (const auto count = edits(word, candidate); count < fewest) {
      fewest = count;
      best = candidate;
    }
  if (!best.empty() || word.size() < 3) return best;
  const auto completed = std::find_if(candidates.begin(), candidates.end(),
                                      [&](const auto& name) { return name.starts_with(word); });
  return completed == candidates.end() ? std::string() : *completed;
}

}  // namespace pkgkiln
