#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/server.hpp"

namespace pkgkiln::test {

/// Serves the bare repositories below a directory with git's own http-backend, over connections
/// that are kept. Must outlive its clients.
class SmartServer {
 public:
  /// Called with a request's head: an answer of its own, or nothing.
  using Intercept = std::function<std::optional<std::string>(const std::string& head)>;

  explicit SmartServer(std::filesystem::path root, Intercept intercept = {});

  std::string origin() const { return server_.url(); }
  std::string url(const std::string& path) const { return server_.url(path); }
  int connections() const { return server_.connections(); }
  /// The requests that came since this was asked last, as "GET /a.git/info/refs"; those of the git
  /// program with " (git)" behind.
  std::vector<std::string> requests();
  int most_at_once() const;
  /// Sets the protocol that the backend sees, whatever the client says.
  void speak(const std::string& protocol) {
    const std::lock_guard lock(mutex_);
    protocol_ = protocol;
  }

 private:
  std::string answer(const scripted::Request& request);
  std::string run_backend(const scripted::Request& request) const;

  std::filesystem::path root_;
  Intercept intercept_;
  std::optional<std::string> protocol_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  int now_ = 0, most_ = 0;
  scripted::Server server_;
};

}  // namespace pkgkiln::test
