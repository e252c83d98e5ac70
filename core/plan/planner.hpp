#pragma once

#include <vector>

#include "core/base/cancellation.hpp"
#include "core/git/remotes.hpp"
#include "core/plan/judgement.hpp"
#include "core/plan/plan.hpp"
#include "core/publish/repositories.hpp"
#include "core/state/history.hpp"
#include "core/state/state_dir.hpp"

namespace pkgkiln {

/// Decides about targets on the host, without a container: what their remotes offer now against
/// what was built last and what is published. When in doubt, build; what surely failed again is
/// held back. Thread-safe.
class Planner {
 public:
  struct Settings {
    /// Whether what isn't known to be up to date is fetched into its mirror and looked into there;
    /// only for whoever holds the RunLock.
    bool look_into = true;
    RetryPolicy retry = {};
    /// The settings that the end of every build may hang on, "name=value" a line.
    std::string conditions = {};
  };

  Planner(const StateDir& state, const History& history, const Repositories& repositories,
          git::Remotes& remotes, Settings settings);

  /// What goes wrong is part of the plan; throws only Cancelled.
  Plan decide(const Target& target, const Cancellation& cancel) const;
  /// All of them, several at a time, in the given order.
  std::vector<Plan> decide(const std::vector<Target>& targets, const Cancellation& cancel) const;

 private:
  void judge_by_history(Plan& plan, Judgement& judgement) const;

  const StateDir& state_;
  const History& history_;
  const Repositories& repositories_;
  git::Remotes& remotes_;
  Settings settings_;
};

}  // namespace pkgkiln
