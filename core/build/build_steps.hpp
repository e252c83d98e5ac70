#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/build/build_job.hpp"
#include "core/build/outcome.hpp"
#include "core/cache/keeper.hpp"
#include "core/runtime/identity.hpp"

namespace pkgkiln {

/// What the stages of a build share: the step that it is at, its container, and how what goes
/// wrong becomes its outcome. One thread.
class BuildSteps {
 public:
  using Ended = std::optional<BuildOutcome>;

  BuildSteps(ContainerRuntime& runtime, const RunIdentity& identity, const BuildSettings& settings,
             BuildJob job);

  const BuildJob& job() const { return job_; }
  const BuildSettings& settings() const { return settings_; }

  using Work = std::function<Ended(const Cancellation&)>;
  /// Does a stage within what is left of the time that a build may take; what it throws becomes
  /// the outcome. With an outcome the container is removed.
  Ended stage(const Work& work, const Cancellation& cancel);
  /// One that waits for the job's turn first, which counts for no time, and has it until its end.
  Ended stage_in_turn(const Work& work, const Cancellation& cancel);
  /// The caches get what it fetched.
  void remove_container(const Cancellation& cancel);

  void begin(const std::string& step);
  /// How long each took; the one that it is at until now.
  std::vector<StepTime> times() const;
  /// The container with the files of this commit, made at the first call of a stage.
  BuildContainer& container(const std::string& commit, const Cancellation& cancel);

  /// The volume with the target's own cache; empty if no container had it.
  const std::string& own_cache() const { return caches_.own; }
  /// What it takes on the disk, if that was counted.
  std::optional<std::uint64_t> cache_size() const { return cache_size_; }

  /// Has makepkg asked, in its container, within the time that reading a PKGBUILD may take.
  Ended ask(const Step& step, StepResult& result, const Cancellation& cancel);

  /// Up to date, if all of these are published and the target isn't forced.
  Ended if_published(const std::vector<pacman::PackageFileName>& files);
  BuildOutcome failed(int exit_code, std::string why) const;

 private:
  Ended attempt(const Work& work, const Cancellation& cancel);
  void open_container(const std::string& commit, const Cancellation& cancel);
  /// They save time and no more: what goes wrong is noted.
  void mount_caches(ContainerSpec& spec, BuildContainer::Environment& environment);
  void keep_fetched(const std::vector<std::string>& sources, const Cancellation& cancel);
  /// What every container of this build has.
  ContainerSpec container_spec(const std::string& purpose) const;
  BuildOutcome out_of_processes(int exit_code) const;
  bool published(const std::vector<pacman::PackageFileName>& files);

  ContainerRuntime& runtime_;
  const RunIdentity& identity_;
  const BuildSettings& settings_;
  BuildJob job_;
  std::string step_;
  std::chrono::steady_clock::time_point step_began_;
  std::vector<StepTime> times_;
  std::optional<Cancellation::Clock::time_point> deadline_;  // from the first stage on
  std::unique_ptr<BuildContainer> container_;
  BuildCaches caches_;
  std::optional<std::uint64_t> cache_size_;
};

}  // namespace pkgkiln
