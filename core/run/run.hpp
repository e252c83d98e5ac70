#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/build/package_build.hpp"
#include "core/image/builder_image.hpp"
#include "core/plan/planner.hpp"
#include "core/run/build_log_server.hpp"
#include "core/run/observer.hpp"
#include "core/run/result.hpp"
#include "core/state/history.hpp"
#include "core/state/spool.hpp"

namespace pkgkiln {

/// The pipeline: clean up what earlier runs left, publish what they could not, plan, make the
/// builder image if anything is to be built, build, publish, record. Whatever happens to one
/// target, the next goes on. Holds nothing; the caller holds the RunLock.
class Run {
 public:
  /// All of them outlive the run.
  struct Parts {
    ContainerRuntime& runtime;
    BuilderImage& image;
    const StateDir& state;
    History& history;
    const Repositories& repositories;
    const RunIdentity& identity;
    const BuildSettings& settings;
    BuildLogServer* logs = nullptr;
  };

  Run(Parts parts, RunObserver& observer);

  /// One result a target, in the given order. `known` names every configured target, selected or
  /// not. Throws Error only for what concerns all targets: the builder image, the state.
  std::vector<TargetResult> build(const std::vector<Target>& targets,
                                  const std::vector<std::string>& known, bool refresh_image,
                                  const Cancellation& cancel);

 private:
  void clean_up();
  void publish_spooled();
  /// Unpublished again, if this very build of the target waits in the spool already.
  std::optional<TargetResult> still_spooled(const Plan& plan) const;
  std::string prepare_image(bool refresh, const Cancellation& cancel);
  TargetResult build_one(const Plan& plan, const std::string& image, const Cancellation& cancel);
  BuildOutcome run_build(const Plan& plan, const std::string& image, BuildRecord& record,
                         const std::filesystem::path& output_dir, const Cancellation& cancel);
  void publish(const Spool::Batch& batch, TargetResult& result);

  Parts parts_;
  RunObserver& observer_;
  Spool spool_;
  std::vector<std::string> known_;
  std::vector<TargetResult> spooled_;  // could not be published at the start either
};

}  // namespace pkgkiln
