#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/error.hpp"
#include "core/base/threads.hpp"
#include "core/events/events.hpp"
#include "core/job/build_record.hpp"
#include "core/journal/state_dir.hpp"
#include "core/targets/target.hpp"

namespace pkgkiln {

/// The server refuses this log, and would refuse it again.
class Undeliverable : public ErrorKind<Undeliverable> {
  using ErrorKind::ErrorKind;
};

/// A server that gets the logs of builds.
class BuildLogServer {
 public:
  virtual ~BuildLogServer() = default;

  /// Delivers the log of a finished build of this target; does nothing for targets that the
  /// server doesn't know, and for servers that keep no logs. `build.started` is what tells its
  /// logs apart, to the second. Throws Undeliverable, or Error for what may be mended.
  virtual void deliver(const Target& target, const BuildRecord& build) = 0;
};

/// Sends the logs of builds to a server. A log waits on disk until the server has it, however the
/// run ends: state/undelivered/<target>/<build>.json is the record of its build. If the server
/// can't be reached, a notice says so, and nothing waits for it.
class LogDelivery : public Listener {
 public:
  using Tell = std::function<void(const std::string& notice)>;

  /// Logs that are older than `keep` are dropped; 0: none is.
  LogDelivery(BuildLogServer& server, const StateDir& state, std::chrono::seconds keep, Tell tell);

  void hear(const Event& event) override;
  /// Waits until every log that it heard of is delivered, or put off.
  void flush() { sender_.flush(); }

  /// What earlier runs could not deliver for these targets, the oldest first. The server is asked
  /// no further when it fails, and for a minute at most: the rest waits for the next run. Logs
  /// whose target is another one now are not delivered any more.
  void deliver_waiting(const std::vector<Target>& targets, const Cancellation& cancel) const;

 private:
  std::filesystem::path waiting(const BuildRecord& build) const;
  void keep(const BuildRecord& build) const;
  void drop_old() const;
  /// Whether the server can be asked for more.
  bool deliver_kept(const Target& target, const std::filesystem::path& kept) const;
  bool send(const Target& target, const BuildRecord& build) const;

  BuildLogServer& server_;
  const StateDir& state_;
  std::chrono::seconds keep_;
  Tell tell_;
  WorkQueue<Ended> sender_;  // last: its thread uses the others
};

}  // namespace pkgkiln
