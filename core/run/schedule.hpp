#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "core/run/build_order.hpp"

namespace pkgkiln {

/// Says what may be built next: what depends on nothing that isn't done, the lowest index first.
/// What depends on itself through others waits for nothing in its cycle. Not thread-safe.
class Schedule {
 public:
  explicit Schedule(const BuildOrder& order);

  /// Gives each index once; nothing when all were given, or the others wait for ones that are not
  /// done.
  std::optional<std::size_t> next();
  /// To be told of each that next() gave, however it ended.
  void done(std::size_t index);

 private:
  std::vector<std::size_t> waits_for_;  // how many
  std::vector<std::vector<std::size_t>> dependents_;
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready_;
};

}  // namespace pkgkiln
