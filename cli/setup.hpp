#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "config/load.hpp"
#include "config/settings.hpp"
#include "core/builder/builder_image.hpp"
#include "core/builder/host.hpp"
#include "core/builder/package_build.hpp"
#include "core/events/log_delivery.hpp"
#include "core/journal/history.hpp"
#include "core/journal/state_dir.hpp"
#include "core/plan/comparison.hpp"
#include "core/publish/repository.hpp"
#include "core/run/selection.hpp"
#include "core/sign/signer.hpp"
#include "core/targets/packaging_source.hpp"
#include "core/trust/gate.hpp"
#include "core/vieter/server.hpp"
#include "runtimes/open_runtime.hpp"

namespace pkgkiln::cli {

/// The engine that the settings choose. Throws Error with all that was tried.
std::unique_ptr<OpenedRuntime> open_engine(const config::Settings& settings);
/// The same, opened by the first call of its ports, which then throws that Error.
std::unique_ptr<OpenedRuntime> engine_when_needed(const config::Settings& settings);

/// What the settings ask for, made: nothing of it has touched an engine, a server or the state.
struct Setup {
  config::LoadResult config;
  std::string arch;                        // that is built for
  std::unique_ptr<vieter::Server> server;  // if one is configured; the others use it
  std::unique_ptr<BuildLogServer> logs;
  std::unique_ptr<Signer> signer;  // if a key is configured; the repositories use it
  std::unique_ptr<Repositories> repositories = std::make_unique<Repositories>();

  const config::Settings& settings() const { return config.settings; }
};

/// Where configuration, environment and flags are.
config::LoadRequest load_request(const Arguments& arguments);
/// Reads them. Throws UsageError.
config::LoadResult load_config(const Arguments& arguments);
Setup set_up(config::LoadResult config, const Cancellation& cancel);
Setup set_up(const Arguments& arguments, const Cancellation& cancel = Cancellation::never());

/// The targets that the command line names, of those the ones that are due if it says so, forced if
/// it says so.
struct Selection {
  std::vector<Target> targets;
  std::vector<Target> listed;  // all for this machine
  bool unlisted = false;       // a source could not be listed, so there may be more
  bool is_partial = false;     // there may be more anyway
  bool unusable = false;       // a source lists targets that can't be used

  bool is_complete() const { return !unlisted && !is_partial; }
  /// That of a command that ended with `code` for these targets.
  int exit_code(int code) const;
};

/// Finds out what the distribution has, where that isn't known yet.
using MakeDistribution = std::function<std::optional<pacman::Distribution>()>;

/// Asks wherever targets are listed; takes those of the settings. Only who holds the RunLock may
/// fetch what a pattern is looked up in. With a history it is known which recipes of the AUR are on
/// the host.
Listed list_all(Setup& setup, PackagingSources& sources, bool may_fetch, const Cancellation& cancel,
                const History* history = nullptr, const MakeDistribution& make_distribution = {});
/// The same, telling what is wrong with the answers. Throws UsageError for targets that don't
/// exist.
Selection select(Setup& setup, const Arguments& arguments, PackagingSources& sources,
                 bool may_fetch, Console& words, const Cancellation& cancel,
                 const History* history = nullptr, const MakeDistribution& make_distribution = {});

/// The lock, unless a run has it, which is told: then nothing may be fetched.
std::optional<RunLock> lock_if_free(const StateDir& state, Console& words);

/// Who is at the terminal, also behind sudo.
std::string user_name();

/// The variables of an environment by which builds find the proxy while their network is on: ours,
/// or what [build] proxy says. Their values may hold passwords.
std::map<std::string, std::string> proxies(const config::Settings& settings);

/// How much is asked of hosts of Git repositories.
git::Politeness politeness(const config::Settings& settings);

/// What holds changes, by the settings; the ledger and the remotes outlive it.
trust::Gate::Settings gate_settings(const config::Settings& settings);
/// What the distribution has, but for the repositories that are published to; nothing where that is
/// not known.
std::optional<pacman::Distribution> known_distribution(const Setup& setup);

BuildSettings build_settings(const config::Settings& settings);
CacheLimits cache_limits(const config::Settings& settings);
/// By what the machine has now.
Capacity capacity(const config::Settings& settings);
/// The settings that the end of a build may hang on: BuildRecord::conditions.
std::string build_conditions(const config::Settings& settings);
/// Targets that are named on the command line are tried even if they are bound to fail.
RetryPolicy retry_policy(const config::Settings& settings, const Arguments& arguments);
/// Reads the configured files. Throws Error.
BuilderImage::Settings image_settings(const config::Settings& settings);

}  // namespace pkgkiln::cli
