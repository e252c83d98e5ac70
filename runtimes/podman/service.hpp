#pragma once

#include <string>
#include <sys/types.h>

#include "core/base/file.hpp"

namespace pkgkiln::runtimes::podman {

/// `podman system service` on a private socket, as long as this lives. It gets our environment
/// without the variables that may hold our secrets. It has a process group of its own, so that
/// Ctrl-C does not end it before we have cleaned up, but it ends with this process. Containers
/// outlive it.
class Service {
 public:
  /// Waits until it answers. If it ends instead, or doesn't answer in time, throws RuntimeError
  /// `unreachable` with the end of its output.
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
