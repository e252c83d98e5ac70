#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "core/job/job.hpp"

namespace pkgkiln {

/// Who must be built before whom. Indices are those of the jobs.
struct BuildOrder {
  /// For each job those that it depends on, ascending, never itself.
  std::vector<std::vector<std::size_t>> dependencies;
  /// Whether it may depend on a job that isn't known yet.
  std::vector<bool> undetermined;
  /// None shares a job with another. Each is in the order of its dependencies, from its lowest
  /// index, without naming that again. Without their jobs there is no other cycle.
  std::vector<std::vector<std::size_t>> cycles;
  /// Every job once, after all its dependencies but for those of its cycle.
  std::vector<std::size_t> sequence;
};

/// What is not known of the relations yet.
struct Unknown {
  std::vector<bool> jobs;  // whose relations will be known later
  /// Whether that target may offer a package of that name.
  std::function<bool(const std::string& pkgname, const Target& target)> may_offer;
};

/// A dependency counts when a job for the same repository satisfies it: by its pkgname rather than
/// by what it provides, the first of several. Works for thousands of jobs, however deep.
BuildOrder order_builds(const std::vector<Job>& jobs, const Unknown& unknown = {});

/// "a -> b -> c -> a"; the middle of a very long one is left out.
std::string cycle_text(const std::vector<std::size_t>& cycle, const std::vector<Job>& jobs);

}  // namespace pkgkiln
