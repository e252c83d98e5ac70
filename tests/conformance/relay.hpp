#pragma once

#include <string>

#include "tests/server.hpp"

namespace conformance {

/// Listens on a socket and relays to the socket `target`, until it is cut.
class Relay {
 public:
  explicit Relay(std::string target);

  std::string socket() const { return server_.socket(); }
  void cut() { server_.cut(); }
  void stop() { server_.stop(); }

 private:
  void forward(scripted::Connection& client) const;

  std::string target_;
  scripted::Server server_;
};

}  // namespace conformance
