#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "cli/setup.hpp"
#include "core/run/selection.hpp"
#include "core/targets/packaging_source.hpp"

namespace pkgkiln::cli {

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

}  // namespace pkgkiln::cli
