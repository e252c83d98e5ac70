#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/base/file.hpp"

namespace conformance {

/// A server on a Unix socket: each connection is given to `serve` on a thread of its own and closed
/// after.
class Server {
 public:
  using Serve = std::function<void(int connection)>;

  Server(const std::filesystem::path& socket, Serve serve);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() { stop(); }

  /// Breaks all connections off. New ones are still served.
  void cut();
  /// Breaks all connections off and takes no new ones; the file of the socket stays.
  void stop();

 private:
  void accept_all();
  void run(int connection);

  Serve serve_;
  pkgkiln::UniqueFd listening_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// A socket that leads to the socket `target`, until it is cut.
class Relay {
 public:
  explicit Relay(std::string target);

  std::string socket() const { return (dir_.path() / "relay.sock").string(); }
  void cut() { server_.cut(); }
  void stop() { server_.stop(); }

 private:
  void forward(int client) const;

  std::string target_;
  pkgkiln::TempDir dir_;
  Server server_;
};

/// Reads an HTTP request without a body, up to its empty line; false when the connection ends
/// first.
bool read_request(int connection, std::string& request);
/// Sends all; false when the other side is gone.
bool send_all(int connection, std::string_view bytes);

}  // namespace conformance
