#pragma once

#include <chrono>

#include "core/build/build_job.hpp"
#include "core/events/build_log_server.hpp"
#include "core/git/remotes.hpp"
#include "core/image/builder_image.hpp"
#include "core/plan/planner.hpp"
#include "core/publish/repositories.hpp"
#include "core/run/capacity.hpp"
#include "core/state/history.hpp"
#include "core/state/state_dir.hpp"

namespace pkgkiln {

/// What a run works with. All of them outlive it.
struct RunParts {
  ContainerRuntime& runtime;
  BuilderImage& image;
  const StateDir& state;
  History& history;
  const Repositories& repositories;
  git::Remotes& remotes;
  const RunIdentity& identity;
  const BuildSettings& settings;
  Capacity capacity;
  Planner::Settings planning = {};
  BuildLogServer* logs = nullptr;     // gets the logs too, if there is one
  std::chrono::seconds keep_logs{0};  // and records of builds; 0: for ever
};

}  // namespace pkgkiln
