#pragma once

#include <chrono>

#include "core/run/build_log_server.hpp"
#include "core/run/observer.hpp"

namespace pkgkiln {

/// Hands the logs of builds to a server, if there is one.
class LogDelivery {
 public:
  LogDelivery(BuildLogServer* server, const History& history, RunObserver& observer)
      : server_(server), history_(history), observer_(observer) {}

  /// When a build of this target that begins now is to be said to have begun: now, but a server
  /// knows logs by their second, so not in or before that of the target's last build.
  std::chrono::system_clock::time_point start_of(const Target& target) const;

  /// A server that can't be told is only noticed.
  void deliver(const Target& target, const BuildRecord& build) const;

 private:
  BuildLogServer* server_;
  const History& history_;
  RunObserver& observer_;
};

}  // namespace pkgkiln
