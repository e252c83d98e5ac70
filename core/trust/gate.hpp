#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/git/ask/remotes.hpp"
#include "core/job/job.hpp"
#include "core/ledger/ledger.hpp"
#include "core/repodb/distribution.hpp"
#include "core/targets/packaging_source.hpp"
#include "core/trust/recipe.hpp"
#include "core/trust/rules.hpp"

namespace pkgkiln::trust {

/// What is to be said of a fetched commit of a target.
struct Judgement {
  Level level = Level::own;
  /// That it was compared with; nothing where none was approved.
  std::optional<Approval> approved;
  RecipeFiles before, after;
  std::vector<Finding> findings;  // what holds it
  std::vector<std::string> told;  // what is worth knowing; may hold control characters
  std::string barred;             // why a person doesn't want it; empty where nobody said so
  std::string deferred;           // why it can't be told now
  /// To be written down when it is built, or when a person approves it.
  Approval proposal;

  bool may_be_built() const { return findings.empty() && barred.empty() && deferred.empty(); }
};

/// Looks at what is to be built before anything of it is run, and holds what a person should see
/// first: whatever isn't the approved commit, or another version of the same. All on the host.
/// Thread-safe.
class Gate {
 public:
  struct Settings {
    Level aur = Level::recipe, by_default = Level::own;
    std::optional<bool> accepts_first;  // nothing: only of targets with a URL of the AUR
    std::chrono::seconds age{0};
    bool checks_commits = true;
    std::set<std::string> maintainers = {};  // who are trusted as Level::maintainer
  };

  /// What the distribution has; nothing where nobody knows.
  using FindDistribution = std::function<std::optional<pacman::Distribution>()>;

  /// All of them outlive it. Without a distribution every new dependency is one to be seen.
  Gate(Settings settings, const Ledger& ledger, git::Remotes& remotes,
       FindDistribution distribution, std::string arch);

  Level level_of(const Target& target) const;

  /// A fetched commit of a target.
  struct Subject {
    const Target& target;
    PackagingSource& source;
    git::Tip tip;
    std::string tree;
    std::string built;  // the commit that was built last, and published; empty: none
  };
  /// Throws Error where its files, or those that it is compared with, can't be had for now.
  Judgement judge(const Subject& subject, const Cancellation& cancel) const;

  /// Makes the plan of a job that is to be built wait, where it has to, and keeps for record() what
  /// is to be written down.
  void decide(Job& job, PackagingSource& source, const std::string& built,
              const Cancellation& cancel) const;
  /// Writes down what was decided of these jobs: what may be built is approved, what is held waits
  /// for a person. What waits no more, or is of a target that `is_gone`, is forgotten.
  void record(std::vector<Job>& jobs, Ledger& ledger,
              const std::function<bool(const std::string& target)>& is_gone) const;

 private:
  class Judging;

  /// Whether the distribution or a target has what a dependency names.
  bool is_known(const std::string& dependency) const;

  Settings settings_;
  const Ledger& ledger_;
  git::Remotes& remotes_;
  FindDistribution find_distribution_;
  std::string arch_;
  mutable std::once_flag looked_up_;
  mutable std::optional<pacman::Distribution> distribution_;
  mutable std::set<std::string> offered_;  // names that targets publish or provide
  mutable std::mutex mutex_;
  mutable std::map<std::string, Approval> proposals_;  // by target
};

}  // namespace pkgkiln::trust
