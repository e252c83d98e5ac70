#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/builder/build_steps.hpp"
#include "core/inspect/announced.hpp"

namespace pkgkiln {

/// Builds one target in one container, step by step (source, inspect, create, copy in, wait,
/// dependencies, fetch, seal, build, collect, accept), at once or in two stages. It has its job's
/// turn from the dependencies to the end of the build. Use once; one thread.
class PackageBuild {
 public:
  PackageBuild(ContainerRuntime& runtime, const RunIdentity& identity,
               const BuildSettings& settings, BuildJob job);

  // Neither throws for what a target can be at fault for, nor for what the engine answers.

  /// The first stage alone: source and inspect. Without an outcome another PackageBuild can go on,
  /// with inspected() in its job and neither this one's log nor source held open meanwhile.
  std::optional<BuildOutcome> inspect(const Cancellation& cancel);
  /// All of it, or what is left after the job's `inspected`.
  BuildOutcome run(const Cancellation& cancel);

  /// What was found on the way, as far as it came.
  const Inspected& inspected() const { return inspected_; }
  /// The most memory that the container had until its build ended, in bytes; 0: unknown.
  std::uint64_t peak_memory() const { return peak_memory_; }
  /// As in BuildSteps.
  const std::string& own_cache() const { return steps_.own_cache(); }
  std::optional<std::uint64_t> cache_size() const { return steps_.cache_size(); }
  /// The steps so far, in order.
  std::vector<StepTime> times() const { return steps_.times(); }

 private:
  using Ended = BuildSteps::Ended;

  Ended first_stage(const Cancellation& cancel);
  /// For what was announced, so that nothing is built that could not be published.
  Ended refuse_names(const std::vector<pacman::PackageFileName>& files);
  Ended prepare(const Cancellation& cancel);
  Ended work(const Cancellation& cancel);
  Ended install_dependencies(const Cancellation& cancel);
  std::map<std::string, std::string> offered(const std::vector<std::string>& dependencies,
                                             const Cancellation& cancel);
  Ended fetch(const Cancellation& cancel);
  Ended look_again(const Cancellation& cancel);
  Ended ask_for_list(const Cancellation& cancel);
  void seal(const Cancellation& cancel);
  Ended build(const Cancellation& cancel);
  BuildOutcome collect(const Cancellation& cancel);
  BuildOutcome accept(Built built, const Cancellation& cancel);
  BuildContainer& container(const Cancellation& cancel);

  BuildSteps steps_;
  Inspected inspected_;
  std::optional<Announced> announced_;
  std::uint64_t peak_memory_ = 0;
  bool has_list_ = false;  // it is makepkg's, not the .SRCINFO's
};

}  // namespace pkgkiln
