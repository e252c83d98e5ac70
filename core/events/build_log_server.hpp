#pragma once

#include "core/base/error.hpp"
#include "core/job/build_record.hpp"
#include "core/target/target.hpp"

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

}  // namespace pkgkiln
