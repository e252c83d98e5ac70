#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/job/job.hpp"
#include "core/ledger/ledger.hpp"
#include "core/repodb/distribution.hpp"
#include "core/targets/packaging_source.hpp"
#include "core/trust/gate.hpp"

namespace pkgkiln::cli {

/// Asks somebody at a terminal about targets that are held since nobody has approved them yet, one
/// by one, and shows what they are. What is approved is to be built then.
struct FirstLook {
  const trust::Gate& gate;
  PackagingSources& sources;
  Ledger& ledger;
  std::string arch;
  std::function<std::optional<pacman::Distribution>()> distribution;
  std::function<std::string(const std::string& question)> ask;  // what was typed
  std::function<void(const std::string& text)> show;

  void operator()(std::vector<Job>& jobs, const Cancellation& cancel) const;
};

}  // namespace pkgkiln::cli
