#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/builder/build_container.hpp"
#include "core/builder/caches.hpp"
#include "core/builder/host.hpp"
#include "core/git/ask/remotes.hpp"
#include "core/job/job.hpp"
#include "core/job/outcome.hpp"
#include "core/publish/repository.hpp"
#include "core/runtime/labels.hpp"
#include "core/targets/packaging_source.hpp"

namespace pkgkiln {

/// What builds may take of the host, in bytes.
struct HostLimits {
  std::uint64_t packages = std::uint64_t{16} << 30U;  // the package files of one, together
  std::uint64_t unpacked = std::uint64_t{64} << 30U;  // the same, unpacked
  std::uint64_t log = std::uint64_t{32} << 20U;       // what one may print into its log
  std::uint64_t logs = std::uint64_t{2} << 30U;       // all logs together; 0: as much as there is
};

/// How builds are done, the same for all of a run.
struct BuildSettings {
  std::chrono::seconds timeout{};
  Limits limits;
  std::vector<std::string> add_hosts;
  BuildContainer::Environment environment;
  HostLimits host = {};
  std::string version = {};  // of this program
  /// That makepkg may take to read a PKGBUILD: what runs outside of its functions holds up others.
  std::chrono::seconds longest_reading{120};
};

/// A build's slot among those that run at once. What makes it ready and what comes after it needs
/// none. In one thread.
struct BuildSlot {
  unsigned cores = 1;  // that it should keep busy
  /// Waits for the slot; false if there will be none.
  std::function<bool()> acquire = [] { return true; };
  std::function<void()> release = [] {};
};

/// What was installed for an earlier build, to be had again as far as it is to be had.
struct FormerPackages {
  std::vector<std::string> installed = {};  // "name-version-arch"; none: it is all the same
  /// Where there are old versions too, as URL or path: packages/NAME'S FIRST LETTER/NAME/FILE below
  /// it. Empty: nowhere but in caches and on mirrors.
  std::string archive = {};
};

/// What becomes of the container of a build that fails or times out by its target's fault.
enum class AtFailure {
  remove,
  keep,       // it does not run any more, and has no network: BuildSteps::kept()
  stay_open,  // it goes on as it is
};

/// What one build works with. The references outlive it.
struct BuildContext {
  Job& job;  // gets what is found of its PKGBUILD, as it is found
  PackagingSource& source;
  Repository& repository;
  git::Remotes& remotes;
  std::string image;                 // id of the builder image
  std::filesystem::path output_dir;  // empty; gets the package files
  BuildLog& log;
  /// What is to be said against a package of that name by this target, if anything.
  std::function<std::optional<NameRefusal>(const pacman::PackageFileName& file)> refuse_name;
  std::function<void(const std::string& step)> on_step;
  BuildSlot slot = {};
  FormerPackages former = {};
  AtFailure at_failure = AtFailure::remove;
};

/// What the stages of a build share: the step that it is at, its container, and how what goes
/// wrong becomes its outcome. One thread.
class BuildSteps {
 public:
  using Ended = std::optional<BuildOutcome>;

  BuildSteps(const Host& host, const BuildSettings& settings, BuildContext context);

  Job& job() const { return context_.job; }
  const BuildContext& context() const { return context_; }
  const BuildSettings& settings() const { return settings_; }

  using Work = std::function<Ended(const Cancellation&)>;
  /// Does a stage within what is left of the time that a build may take; what it throws becomes
  /// the outcome. With an outcome the container is removed, or it is as `at_failure` says.
  Ended stage(const Work& work, const Cancellation& cancel);
  /// One that waits for a slot first, which counts for no time, and has it until its end.
  Ended stage_in_slot(const Work& work, const Cancellation& cancel);
  /// The caches get what it fetched.
  void remove_container(const Cancellation& cancel) { remove_container(cancel, true); }
  /// They get nothing.
  void discard_container() { remove_container(Cancellation::never(), false); }
  /// What was left behind of this build, since it failed.
  const std::optional<KeptContainer>& kept() const { return kept_; }
  /// The one that is there now.
  std::optional<KeptContainer> open_container() const;

  void begin(const std::string& step);
  /// How long each took; the one that it is at until now.
  std::vector<StepTime> times() const;
  /// The container with the files of the inspected commit, made at the first call of a stage.
  BuildContainer& container(const Cancellation& cancel);

  /// Tells the container what is found out of the PKGBUILD that makepkg is to go by.
  void pass_on_inspection();

  /// The volume with the target's own cache; empty if no container had it.
  const std::string& own_cache() const { return caches_.own; }
  /// What it takes on the disk, if that was counted.
  std::optional<std::uint64_t> cache_size() const { return cache_size_; }

  /// Has makepkg asked, in its container, within the time that reading a PKGBUILD may take.
  Ended ask(const Step& step, StepResult& result, const Cancellation& cancel);

  /// Up to date, if all of these are published and the target isn't forced; `built_from` as in
  /// BuildRecord.
  Ended if_published(const std::vector<pacman::PackageFileName>& files,
                     const std::string& built_from = {});
  BuildOutcome failed(int exit_code, std::string why) const;

 private:
  Ended attempt(const Work& work, const Cancellation& cancel);
  void close_container(const BuildOutcome& outcome, const Cancellation& cancel);
  void leave_container_behind();
  void remove_container(const Cancellation& cancel, bool keeps_fetched);
  void open_container(const Cancellation& cancel);
  /// They save time and no more: what goes wrong is noted.
  void mount_caches(ContainerSpec& spec, BuildContainer::Environment& environment);
  void keep_fetched(const std::vector<std::string>& sources, const Cancellation& cancel);
  /// What every container of this build has.
  ContainerSpec container_spec(const std::string& purpose) const;
  BuildOutcome out_of_processes(int exit_code) const;
  bool published(const std::vector<pacman::PackageFileName>& files);

  const Host& host_;
  const BuildSettings& settings_;
  BuildContext context_;
  std::string step_;
  std::chrono::steady_clock::time_point step_began_;
  std::vector<StepTime> times_;
  std::optional<Cancellation::Clock::time_point> deadline_;  // from the first stage on
  std::unique_ptr<BuildContainer> container_;
  BuildCaches caches_;
  std::optional<std::uint64_t> cache_size_;
  std::optional<KeptContainer> kept_;
};

}  // namespace pkgkiln
