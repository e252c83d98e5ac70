#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "core/builder/build_steps.hpp"
#include "core/builder/host.hpp"
#include "core/events/log_delivery.hpp"
#include "core/git/ask/remotes.hpp"
#include "core/journal/history.hpp"
#include "core/journal/state_dir.hpp"
#include "core/ledger/ledger.hpp"
#include "core/plan/planner.hpp"
#include "core/publish/repository.hpp"
#include "core/targets/packaging_source.hpp"

namespace pkgkiln {

/// What a run works with. All of them outlive it.
struct RunParts {
  const Host& host;
  const StateDir& state;
  History& history;
  Ledger& ledger;
  const Repositories& repositories;
  git::Remotes& remotes;
  PackagingSources& sources;
  const BuildSettings& settings;
  Planner::Settings planning = {};
  BuildLogServer* logs = nullptr;     // gets the logs too, if there is one
  std::chrono::seconds keep_logs{0};  // and records of builds; 0: for ever
  std::size_t keep_failed = 0;        // containers of failed builds, the newest
  /// Lets somebody look at what is held, who may approve it: then its decision is to build it.
  std::function<void(std::vector<Job>&)> review = {};
};

}  // namespace pkgkiln
