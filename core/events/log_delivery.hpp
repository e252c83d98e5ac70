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

/// The server refuses that log, and would again.
class Undeliverable : public ErrorKind<Undeliverable> {
  using ErrorKind::ErrorKind;
};

/// A place that keeps the logs of builds beside ours.
class BuildLogServer {
 public:
  virtual ~BuildLogServer() = default;

  /// Delivers the log of a finished build of this target; does nothing for targets that the
  /// server doesn't know, and for servers that keep no logs. `build.started` is what tells its
  /// logs apart, to the second. Throws Undeliverable, or Error for what may be mended.
  virtual void deliver(const Target& target, const BuildRecord& build) = 0;
};

/// Hands the logs of builds to a server. A log waits on disk until the server has it, whatever ends
/// the run: state/undelivered/<target>/<build>.json is the record of its build. A server that can't
/// be told is only noticed, and holds nothing up.
class LogDelivery : public Listener {
 public:
  using Tell = std::function<void(const std::string& notice)>;

  /// Logs that are older than `keep` are not delivered any more; 0: all are.
  LogDelivery(BuildLogServer& server, const StateDir& state, std::chrono::seconds keep, Tell tell);

  void hear(const Event& event) override;
  /// Waits until all that it heard of is delivered, or isn't to be now.
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
