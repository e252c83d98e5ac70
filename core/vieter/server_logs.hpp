#pragma once

#include "core/events/log_delivery.hpp"
#include "core/vieter/server.hpp"

namespace pkgkiln::vieter {

/// Delivers build logs to servers of 0.3 and later.
class ServerLogs : public BuildLogServer {
 public:
  explicit ServerLogs(Server& server) : server_(server) {}
  void deliver(const Target& target, const BuildRecord& build) override;

 private:
  Server& server_;
};

}  // namespace pkgkiln::vieter
