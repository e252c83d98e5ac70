#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/builder/build_steps.hpp"
#include "core/inspect/expected_packages.hpp"

namespace pkgkiln {

/// Builds one target in one container, step by step (source, inspect, create, copy in, wait,
/// dependencies, fetch, seal, build, collect, accept), at once or in two stages. It has its slot
/// from the dependencies to the end of the build. Use once; one thread.
class PackageBuild {
 public:
  PackageBuild(const Host& host, const BuildSettings& settings, BuildContext context)
      : steps_(host, settings, std::move(context)) {}

  // Neither throws for what a target can be at fault for, nor for what the engine answers.

  /// The first stage alone: learns what the PKGBUILD says, from what the host found out where that
  /// is enough, otherwise from makepkg in a container. Without an outcome another PackageBuild can
  /// go on, with neither this one's log nor its source held open meanwhile.
  std::optional<BuildOutcome> inspect(const Cancellation& cancel);
  /// All of it, or of a job that is inspected what is left.
  BuildOutcome run(const Cancellation& cancel);
  /// All that comes before a step, which is "dependencies", "fetch" or "build", and leaves the
  /// container open. With an outcome it came no further than that.
  std::optional<BuildOutcome> run_until(const std::string& step, const Cancellation& cancel);
  /// With the proxies while it has a network.
  std::optional<KeptContainer> open_container() const { return steps_.open_container(); }
  /// What was left behind, since the build failed.
  const std::optional<KeptContainer>& kept() const { return steps_.kept(); }
  void discard_container() { steps_.discard_container(); }

  /// The most memory that the container had until its build ended, in bytes; 0: unknown.
  std::uint64_t peak_memory() const { return peak_memory_; }
  /// Which of the former packages could not be had.
  const std::vector<std::string>& gone() const { return gone_; }
  /// As in BuildSteps.
  const std::string& own_cache() const { return steps_.own_cache(); }
  std::optional<std::uint64_t> cache_size() const { return steps_.cache_size(); }
  /// The steps so far, in order.
  std::vector<StepTime> times() const { return steps_.times(); }

 private:
  using Ended = BuildSteps::Ended;

  Inspection& inspection() { return *steps_.job().inspection; }
  Ended first_stage(const Cancellation& cancel);
  void look_on_host(const Cancellation& cancel);
  Ended ask_makepkg(const Cancellation& cancel);
  Ended ask_for_srcinfo(StepResult& result, const Cancellation& cancel);
  /// Up to date, if its release is published; else sees to it that this is what is built.
  Ended settle_release(const Cancellation& cancel);
  /// For what is to be made, so that nothing is built that could not be published.
  Ended refuse_names(const std::vector<pacman::PackageFileName>& files);
  Ended prepare(const Cancellation& cancel);
  Ended work(const Cancellation& cancel);
  Ended install_dependencies(const Cancellation& cancel);
  /// Whether all is installed that was, and nothing else. Without `even_some` nothing is done
  /// unless all can be had.
  bool restore_packages(bool even_some, const Cancellation& cancel);
  std::map<std::string, std::string> offered(const std::vector<std::string>& dependencies,
                                             const Cancellation& cancel);
  Ended fetch(const Cancellation& cancel);
  Ended look_again(const Cancellation& cancel);
  Ended ask_for_list(const Cancellation& cancel);
  void seal(const Cancellation& cancel);
  Ended build(const Cancellation& cancel);
  BuildOutcome collect(const Cancellation& cancel);
  BuildOutcome accept(Built built, const Cancellation& cancel);
  BuildSteps steps_;
  std::optional<ExpectedPackages> expected_;
  std::vector<std::string> gone_;
  std::uint64_t peak_memory_ = 0;
  bool has_list_ = false;  // it is makepkg's, not the .SRCINFO's
};

}  // namespace pkgkiln
