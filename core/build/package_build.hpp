#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/build/announced.hpp"
#include "core/build/build_container.hpp"
#include "core/build/outcome.hpp"
#include "core/plan/plan.hpp"
#include "core/publish/repository.hpp"
#include "core/runtime/identity.hpp"
#include "core/source/packaging_source.hpp"

namespace pkgkiln {

/// How builds are done, the same for all of a run.
struct BuildSettings {
  std::chrono::seconds timeout{};
  Limits limits;
  std::vector<std::string> add_hosts;
  BuildContainer::Environment environment;
};

/// Builds one target in one container, step by step (the table in DESIGN's terms: source, copy in,
/// inspect, dependencies, fetch, seal, build, collect). Use once; one thread.
class PackageBuild {
 public:
  /// What it works with. The references outlive it.
  struct Job {
    const Plan& plan;
    PackagingSource& source;
    Repository& repository;
    std::string id;                    // of this build
    std::string image;                 // id of the builder image
    std::filesystem::path output_dir;  // empty; gets the package files
    BuildLog& log;
    /// The other target that owns this pkgname in the repository, if any.
    std::function<std::optional<std::string>(const std::string& pkgname)> other_owner;
    std::function<void(const std::string& step)> on_step;
  };

  PackageBuild(ContainerRuntime& runtime, const RunIdentity& identity,
               const BuildSettings& settings, Job job);

  /// Never throws for what a target can be at fault for, nor for what the engine answers.
  BuildOutcome run(const Cancellation& cancel);

  /// What was found on the way, as far as it came.
  const std::string& commit() const { return commit_; }
  const std::vector<std::string>& vcs_sources() const { return vcs_sources_; }

 private:
  using Ended = std::optional<BuildOutcome>;

  Ended run_steps(const Cancellation& cancel);
  void begin(const std::string& step);
  void mirror(const Cancellation& cancel);
  void open_container(const Cancellation& cancel);
  Ended inspect(const Cancellation& cancel);
  Ended install_dependencies(const Cancellation& cancel);
  Ended fetch(const Cancellation& cancel);
  void seal(const Cancellation& cancel);
  Ended build(const Cancellation& cancel);
  BuildOutcome collect(const Cancellation& cancel);
  void learn(pacman::SrcInfo srcinfo);
  /// Up to date, if all of these are published and the target isn't forced.
  Ended if_published(const std::vector<pacman::PackageFileName>& files);
  BuildOutcome failed(int exit_code, std::string why) const;

  ContainerRuntime& runtime_;
  const RunIdentity& identity_;
  const BuildSettings& settings_;
  Job job_;
  std::string machine_arch_;
  std::string step_;
  std::string commit_;
  std::vector<std::string> vcs_sources_;
  std::optional<pacman::SrcInfo> srcinfo_;
  std::optional<Announced> announced_;
  std::unique_ptr<BuildContainer> container_;
};

}  // namespace pkgkiln
