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
#include "core/report/report.hpp"
#include "core/sign/signer.hpp"
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

/// Writes the report into its folder, which is in the settings unless one is named.
report::Written write_report(Setup& setup, std::filesystem::path folder, const StateDir& state,
                             const History& history, const Ledger& ledger);

/// Where configuration, environment and flags are.
config::LoadRequest load_request(const Arguments& arguments);
/// Reads them. Throws UsageError.
config::LoadResult load_config(const Arguments& arguments);
Setup set_up(config::LoadResult config, const Cancellation& cancel);
Setup set_up(const Arguments& arguments, const Cancellation& cancel = Cancellation::never());

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
