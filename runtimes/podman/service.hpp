#pragma once

#include <string>
#include <sys/types.h>

#include "core/base/file.hpp"

namespace pkgkiln::runtimes::podman {

/// `podman system service` on a private socket, for as long as this lives. It gets our environment
/// without what could be a secret of ours, and a process group of its own, so that Ctrl-C leaves
/// it there to clean up with; it ends with this process. Containers outlive it.
class Service {
 public:
  /// Waits until it answers. Throws RuntimeError `unreachable` with its last words when it ends
  /// instead, or doesn't answer in time.
  explicit Service(const std::string& program);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();

  const std::string& socket() const { return socket_; }

 private:
  bool answers() const;
  bool ended();
  void stop() noexcept;

  TempDir directory_;
  std::string socket_;
  pid_t pid_ = 0;
};

}  // namespace pkgkiln::runtimes::podman
