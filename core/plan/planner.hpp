#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/git/ask/remotes.hpp"
#include "core/job/job.hpp"
#include "core/journal/history.hpp"
#include "core/plan/comparison.hpp"
#include "core/publish/repository.hpp"
#include "core/targets/packaging_source.hpp"
#include "core/trust/gate.hpp"

namespace pkgkiln {

/// Hands out work that waits for hosts to several threads, so that a slow host holds up its own
/// work only: in order, but of each host only so many at once. Thread-safe.
class FairQueue {
 public:
  using AtOnce = std::function<std::size_t(const std::string& host)>;

  /// The host of each piece of work.
  FairQueue(const std::vector<std::string>& hosts, const AtOnce& at_once);

  /// The index of the next piece. Nothing when whoever is at work now is enough for all that is
  /// left: the thread can end.
  std::optional<std::size_t> take();
  /// That piece is done.
  void done(std::size_t index);

 private:
  struct Host {
    std::vector<std::size_t> left;  // the next one last
    std::size_t taken = 0, at_once = 1;
  };

  void offer(std::size_t host);

  std::mutex mutex_;
  std::vector<Host> hosts_;
  std::vector<std::size_t> host_of_;
  std::set<std::pair<std::size_t, std::size_t>> offered_;  // next index, host
};

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
    bool bump_pkgrel = false;  // as in Job
    /// Whether the evidence of a Skip is kept, for whoever shows it.
    bool explain = true;
    /// Says what has to wait; it outlives this. Null: nothing has to.
    const trust::Gate* gate = nullptr;
  };

  /// All of them outlive it.
  Planner(PackagingSources& sources, History& history, const Repositories& repositories,
          git::Remotes& remotes, std::string arch, Settings settings);

  /// What goes wrong is part of the plan; throws only Cancelled.
  Job decide(Target of, const Cancellation& cancel) const;
  /// All of them, several at a time, in the given order.
  std::vector<Job> decide(std::vector<Target> targets, const Cancellation& cancel) const;

 private:
  void decide(Job& job, const Cancellation& cancel) const;
  git::Tip tip_of(Job& job, PackagingSource& source, const Cancellation& cancel) const;
  void compare_with_history(Job& job, Comparison& comparison) const;

  PackagingSources& sources_;
  History& history_;
  const Repositories& repositories_;
  git::Remotes& remotes_;
  std::string arch_;  // to build for
  Settings settings_;
};

}  // namespace pkgkiln
