#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/job/build_record.hpp"
#include "core/run/build_order.hpp"

namespace pkgkiln {

/// Knows what must not be tried: members of a cycle, and what depends on a target that is not
/// published. The order and the nodes outlive it. Not thread-safe.
class Blocking {
 public:
  Blocking(const BuildOrder& order, const std::vector<OrderNode>& nodes);

  /// Status, step, why and hint of one that must not be tried; nothing if it may be. Asked once
  /// all its dependencies have ended, those of a cycle aside.
  std::optional<BuildRecord> verdict(std::size_t index);
  /// Whether something that it depends on was built in this run.
  bool has_news(std::size_t index) const;
  void ended(std::size_t index, Status status);

 private:
  /// The first failure that a target which is not published goes back to.
  struct Cause {
    std::size_t root = 0;
    std::string what;  // "failed"
  };

  const BuildOrder& order_;
  const std::vector<OrderNode>& nodes_;
  std::map<std::size_t, const std::vector<std::size_t>*> cycles_;  // by member
  std::map<std::size_t, Cause> causes_;
  std::set<std::size_t> built_;
};

}  // namespace pkgkiln
