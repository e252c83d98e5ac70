#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/run/observer.hpp"
#include "core/run/parts.hpp"

namespace pkgkiln {

/// Hands the logs of builds to a server, if there is one. A log waits on disk until the server has
/// it, whatever ends the run: state/undelivered/<target>/<build>.json is the record of its build.
class LogDelivery {
 public:
  LogDelivery(const RunParts& parts, RunObserver& observer) : parts_(parts), observer_(observer) {}

  /// When a build of this target that begins now is to be said to have begun: now, but a server
  /// knows logs by their second, so not in or before that of the target's last build.
  std::chrono::system_clock::time_point start_of(const Target& target) const;

  /// A server that can't be told is only noticed.
  void deliver(const Target& target, const BuildRecord& build) const;

  /// What earlier runs could not deliver for these targets, the oldest first. The server is asked
  /// no further when it fails, and for a minute at most: the rest waits for the next run. Logs that
  /// are older than is wanted, or whose target is another one now, are not delivered any more.
  void deliver_waiting(const std::vector<Target>& targets, const Cancellation& cancel) const;

 private:
  std::filesystem::path waiting(const std::string& target) const;
  void keep(const BuildRecord& build) const;
  void drop_old() const;
  /// Whether the server can be asked for more.
  bool deliver_kept(const Target& target, const std::filesystem::path& kept) const;
  bool send(const Target& target, const BuildRecord& build) const;

  RunParts parts_;
  RunObserver& observer_;
};

}  // namespace pkgkiln
